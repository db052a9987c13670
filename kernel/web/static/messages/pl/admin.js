// Users and exports in Polish.

export default {
  "Administrator": "Administrator",
  "All records that you may see, with the fields that you may see. A file stays for some time.": "Wszystkie rekordy i pola, które możesz zobaczyć. Plik pozostaje przez pewien czas.",
  "Download {name}": "Pobierz {name}",
  "Everybody who may sign in. Projects have members of their own.": "Wszyscy, którzy mogą się zalogować. Projekty mają własnych członków.",
  "Export": "Eksportuj",
  "Exports": "Eksport",
  "Filter, such as {example}": "Filtr, na przykład {example}",
  "Format": "Format",
  "First password": "Pierwsze hasło",
  "Make the user": "Utwórz użytkownika",
  "May sign in": "Może się logować",
  "New user": "Nowy użytkownik",
  "Tell it to them; they can change it in their profile.": "Przekaż je; można je zmienić w profilu.",
  "Users": "Użytkownicy",
  "{name} is an administrator": "{name} jest administratorem",
  "{name} may sign in": "{name} może się logować",
};
