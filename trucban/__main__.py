"""The command line started as a module: how the supervisor starts the other parts of the desk."""

from trucban.main import app

app()
