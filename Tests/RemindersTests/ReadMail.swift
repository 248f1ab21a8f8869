import Messaging
import MessagingTesting
import Testing

/// A mail as parsed by Python's email, html and icalendar packages.
struct ReadMail: Decodable {
    struct Entry: Decodable {
        let partMethod: String
        let method: String
        let uid: String
        let sequence: Int
        let status: String
        let starts: String
        let ends: String
        let summary: String
        let description: String
        let location: String
        let organizer: String
        let attendee: String
        let attendeeName: String?
        let errors: [String]
        /// Whether the attachment is the same calendar.
        let isAttached: Bool
    }

    let id: String
    let from: String
    let toName: String
    let toAddress: String
    let replyTo: String
    let subject: String
    let fields: [String]
    let text: String
    let htmlText: String
    let htmlTags: [String]
    let entry: Entry
    let defects: [String]

    static let isReadable = InstalledPrograms.pythonHas("icalendar")
    static let missing: Comment = "Python's icalendar is missing: pip install icalendar"

    /// Parses several mails in one process.
    static func read(_ messages: [[UInt8]]) throws -> [ReadMail] {
        try Python.run(program, on: messages.joined(separator: separator))
    }

    static func read(_ messages: [ReceivedMessage]) throws -> [ReadMail] {
        try read(messages.map { Array($0.content.utf8) })
    }

    /// A separator that no mail contains, because mail is ASCII.
    private static let separator: [UInt8] = [0xFF]

    private static let program = """
        import email, email.header, email.policy, email.utils, html.parser, icalendar, json, sys

        class Page(html.parser.HTMLParser):
            def __init__(self, source):
                super().__init__()
                self.words, self.tags = [], []
                self.feed(source)

            def handle_starttag(self, tag, attributes):
                self.tags.append(tag)

            def handle_data(self, data):
                self.words.append(data)

        def entry(parts):
            part = parts["text/calendar"]
            source = part.get_payload(decode=True)
            calendar = icalendar.Calendar.from_ical(source)
            event, = calendar.walk("VEVENT")
            return {
                "partMethod": part.get_param("method"), "method": str(calendar["METHOD"]), "uid": str(event["UID"]),
                "sequence": int(event["SEQUENCE"]), "status": str(event["STATUS"]),
                "starts": event["DTSTART"].dt.isoformat(), "ends": event["DTEND"].dt.isoformat(),
                "summary": str(event["SUMMARY"]), "description": str(event["DESCRIPTION"]),
                "location": str(event["LOCATION"]), "organizer": str(event["ORGANIZER"]),
                "attendee": str(event["ATTENDEE"]), "attendeeName": event["ATTENDEE"].params.get("CN"),
                "errors": [str(e) for c in calendar.walk() for e in getattr(c, "errors", [])],
                "isAttached": parts["application/ics"].get_payload(decode=True) == source,
            }

        def read(source):
            mail = email.message_from_bytes(source, policy=email.policy.default)
            parts = {part.get_content_type(): part for part in mail.walk()}
            page = Page(parts["text/html"].get_content())
            to, = mail["To"].addresses
            # The newer parser puts a space between adjacent encoded words of a name; the older one follows RFC 2047.
            name, _ = email.utils.parseaddr(email.message_from_bytes(source)["To"])
            return {
                "id": mail["Message-ID"], "from": str(mail["From"]), "toName": str(email.header.make_header(email.header.decode_header(name))), "toAddress": to.addr_spec,
                "replyTo": str(mail["Reply-To"]), "subject": str(mail["Subject"]),
                "fields": mail.keys(), "text": parts["text/plain"].get_content().replace("\\r\\n", "\\n"),
                "htmlText": "".join(page.words), "htmlTags": page.tags, "entry": entry(parts),
                "defects": [str(d) for part in mail.walk() for d in part.defects],
            }

        mails = [read(source) for source in sys.stdin.buffer.read().split(b"\\xff")]
        print(json.dumps(mails))
        """
}
