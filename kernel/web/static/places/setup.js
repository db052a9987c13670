// The pages for setting up: they add themselves here with `mainPlace` and `projectView`.
