"""The ground everything stands on: database, time, settings, languages, timeline and outbox."""
