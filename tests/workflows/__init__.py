"""The workflow files, played: their `run:` steps in order, against doubles of GitHub and SES."""
