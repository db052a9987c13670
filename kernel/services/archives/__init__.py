"""Single projects as one file, which any installation takes in beside what it holds."""
