"""A double of Amazon SES (sesv2) that is stricter than SES.

`with running(max_send_rate=14) as double:` starts a real HTTP server in its own process; `double.client()`
is a boto3 client for it, and `double` answers what a test wants to know: who has how many messages, what
they read, how often each operation was called. `settings.py` lists what can be set, `faults.py` what can go
wrong, `mail.py` the fates of accepted mail.

Documented by Amazon
    From the service model in botocore: which members there are, required ones, types, lengths, patterns,
    at most 15 headers, header name and value together at most 996 characters, 262,144 characters of template
    data, charset and length of tags, addresses in ASCII, inline templates know "only simple substitutions",
    an entry's header replaces the template's of the same name and the others stay, every status of an entry,
    HTTP status of every error, the members of every answer.
    From the developer guide (docs.aws.amazon.com/ses/latest/dg): 50 destinations a call, 50 recipients a
    message, 1 MB a request with an inline template, 40 MB a message, nothing is escaped, template data is
    merged per key, a missing value is accepted and ends in a "Rendering Failure" event, rate and quota count
    recipients, mail to a suppressed address is accepted and counts, the sandbox sends to verified addresses
    and the mailbox simulator only, the addresses of the mailbox simulator, the shape of events, events are
    published through configuration sets only and come late, twice and in any order.
    From threads of users: "Template contains unsupported operations." (aws-sdk-js-v3 #6657); headers of
    an entry arrived in another order (aws-sdk-js #4655): setting `header_order`.

Found by trying Handlebars, assumed of the inline engine
    What `{`, `}` and a backslash do beside a slot (see `template.py`).

Assumed, and then in the stricter way
    1 MB is 1,000,000 bytes, counted before rendering. At most 50 tags. `{{ name }}`, `{{{name}}}` and paths
    are refused. A header twice, one that SES writes itself, a line break in a subject, a tag twice, raw lines
    above 998 bytes, an address that breaks RFC 5321 are refused. One entry that is not acceptable refuses the
    whole call (`bad_entry="entry"`: that entry alone). A call over the rate or quota is refused as a whole
    (`over_rate`, `over_quota`); the bucket of the rate holds one second. An address in another case is the
    same mailbox. An unverified sender is MessageRejected for SendEmail and, for each entry of SendBulkEmail,
    MAIL_FROM_DOMAIN_NOT_VERIFIED. An entry's tags are added to the default tags. A rejected mail has no
    "Send" event, nor has one that could not be rendered. Exactly one destination an entry is our own rule
    (`strict_one`).

Not there
    Stored templates, contact lists, tenants, import and export, insights: answered by an error. Attachments
    are checked and forgotten. The signature of a request is not verified; it must only be there.
"""

from tests.ses_double.double import Double, running

__all__ = ["Double", "running"]
