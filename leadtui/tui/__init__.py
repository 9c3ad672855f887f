"""The dashboard: a keyboard triage desk over `leadtui.services.desk.Desk`. The only part that knows Textual."""
