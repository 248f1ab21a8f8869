import Booking
import Foundation
import Messaging
import Testing

@testable import Reminders

@Suite("Built-in messages in every language")
struct BuiltInTemplateTests {
    @Test("built-in templates pass the template check")
    func check() {
        let sources = ReminderTemplates.sources
        #expect(TemplateCheck(.reminders).findings(in: [:], overriddenBy: sources) == [])
        #expect(TemplateCheck(.reminders) { Segments.count($0) }.findings(in: sources) == [])
    }

    @Test("there are at least 22 mails and 24 text messages, so that the other tests have arguments")
    func numbers() {
        let (mails, texts) = (WrittenMessage.mails.count, WrittenMessage.texts.count)
        #expect(mails >= 22 && texts >= 24)
    }

    @Test("each message exists in every language and form", arguments: WrittenMessage.all)
    func languages(message: WrittenMessage) throws {
        let library = try WrittenMessage.library.get()
        let code = message.language.templateLanguage
        for form in message.forms {
            #expect(library.holds(message.name, as: form))
            #expect(library.language(of: message.name, as: form, preferring: code) == code)
        }
    }

    @Test(
        "plain text has lines of at most 72 characters, single blank lines and no tags", arguments: WrittenMessage.all)
    func layout(message: WrittenMessage) throws {
        for hasContacts in [true, false] {
            let parts = try message.parts(Details(hasContacts: hasContacts))
            for (kind, part) in parts {
                #expect(!part.contains("{{") && !part.contains("}}"), "\(kind)")
                #expect(!part.isEmpty && !part.contains("..") && !part.contains("  "))
            }
            #expect((parts[.text] != nil) == message.forms.contains(.mail))
            guard let text = parts[.text] else { continue }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.count <= 72 && !$0.hasSuffix(" ") })
            #expect(!text.contains("\n\n\n") && !text.hasPrefix("\n"))
            #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
        }
    }

    @Test(
        "a mail contains the client, the studio, the date and the time",
        arguments: WrittenMessage.aboutSessions.filter { $0.forms.contains(.mail) })
    func facts(message: WrittenMessage) throws {
        let parts = try message.parts()
        let day = message.language == .english ? "Tuesday, December 1" : "martes 1 de diciembre"
        for kind in [TemplateKind.text, .html] {
            let part = try #require(parts[kind]).replacing("\u{A0}", with: " ").replacing("\n", with: " ")
            for word in [message.shownName(of: "Ana Lopez"), "Downtown Strength", "9000-0000", day] {
                #expect(part.lowercased().contains(word.lowercased()), "\(kind): \(word)")
            }
            #expect(part.contains(message.language == .english ? "9:00 AM" : "9:00 a. m."))
        }
        #expect(parts[.subject]?.contains("\n") != true)
    }

    @Test(
        "a mail greets the client by first name, without the rest of the name",
        arguments: WrittenMessage.toClients.filter { $0.forms.contains(.mail) })
    func greeting(message: WrittenMessage) throws {
        let parts = try message.parts(Details(client: "Catherine Nguyễn"))
        let (text, html) = (try #require(parts[.text]), try #require(parts[.html]))
        switch message.language {
        case .english:
            #expect(text.hasPrefix("Hi Catherine,\n"))
            #expect(html.contains("Hi <bdi>Catherine</bdi>,"))
        case .spanish:
            #expect(text.hasPrefix("Hola, Catherine:\n"))
            #expect(html.contains("Hola, <bdi>Catherine</bdi>:"))
        }
        #expect(!text.contains("Nguyễn") && !html.contains("Nguyễn"))
    }

    @Test("an operator's template can use the full name and the first name of the client")
    func nameFields() throws {
        let own = ["confirmation.txt": "{{firstName}}: {{client}}", "welcome.sms": "Hi {{firstName}} ({{client}})"]
        #expect(TemplateCheck(.reminders).findings(in: ReminderTemplates.sources, overriddenBy: own) == [])
        let library = try TemplateLibrary(ReminderTemplates.sources.merging(own) { $1 })
        let values = try Details(client: "Catherine Nguyễn").appointment(in: .english).values
        #expect(try library.renderMessage("confirmation", with: values).text == "Catherine: Catherine Nguyễn")
    }

    @Test(
        "a mail's HTML has no images, supports light and dark mode, and is in the message's language",
        arguments: WrittenMessage.mails)
    func html(message: WrittenMessage) throws {
        let html = try #require(try message.parts()[.html])
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(message.language.rawValue)\">"))
        #expect(html.hasSuffix("</div>\n</body>\n</html>\n"))
        #expect(html.contains(#"name="color-scheme" content="light dark""#))
        #expect(
            !html.contains("<img") && !html.contains("http") && !html.contains("color:#")
                && !html.contains("background"))
        for tag in ["p", "div", "table", "tr", "td", "strong", "bdi", "a"] {
            #expect(
                html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count
                    == html.components(separatedBy: "</\(tag)>").count + 1, "\(tag)")
        }
    }

    @Test(
        "a text fits one SMS segment with usual names, and begins with the studio's name",
        arguments: WrittenMessage.texts)
    func segments(message: WrittenMessage) throws {
        let text = try #require(try message.parts()[.sms])
        #expect(text.hasPrefix("Downtown Strength: "))
        #expect(Segments.count(text) == 1)
        #expect(!text.contains("\n"))
    }

    @Test(
        "a text contains the keyword STOP, and no other keyword that opts out",
        arguments: WrittenMessage.texts.filter { $0.isForClient && $0.name != "opted-out" })
    func replies(message: WrittenMessage) throws {
        let text = try #require(try message.parts()[.sms])
        #expect(text.contains("STOP"))
        for word in ["CANCEL", "QUIT", "END", "YES", "REVOKE"] { #expect(!text.contains(word)) }
        let asks = message.name == "one-day" || message.name == "two-hours"
        #expect(
            (text.contains("Reply C to confirm") || text.contains("Responde C para confirmar"))
                == (asks || message.name == "help"))
    }

    @Test(
        "a reminder shortly before the session states that the time is reserved",
        arguments: [
            ("one-day", "is holding this time for you", "has reserved this time for you"),
            ("two-hours", "is holding this time for you", nil),
        ] as [(String, String, String?)])
    func reservation(name: String, text: String, mail: String?) throws {
        let parts = try WrittenMessage(name: name, language: .english).parts()
        #expect(parts[.sms]?.contains("Maria Lopez \(text)") == true)
        let shown = parts[.text]?.replacing("\n", with: " ")
        #expect((shown == nil) == (mail == nil))
        if let mail {
            #expect(shown?.contains(mail) == true)
            #expect(shown?.contains("we can offer this time to someone else") == true)
        }
    }

    @Test(
        "a message to staff names the kind of change",
        arguments: [
            (Session.Status.booked, Int32(1), "Booked", "Reservada"), (.booked, 3, "Moved", "Cambiada"),
            (.cancelled, 2, "Cancelled", "Cancelada"), (.attended, 1, "Booked", "Reservada"),
        ])
    func staff(status: Session.Status, revision: Int32, english: String, spanish: String) throws {
        for (language, word) in [(Language.english, english), (.spanish, spanish)] {
            let parts = try WrittenMessage(name: "staff", language: language)
                .parts(Details(status: status, revision: revision))
            #expect(parts[.subject]?.hasPrefix("\(word): ") == true)
            #expect(parts[.sms]?.contains(": \(word.lowercased()): Ana Lopez, ") == true)
            #expect(parts[.text]?.contains("+1 323-555-0123") == true)
        }
    }

    @Test("a trainer's notice names the kind of each change", arguments: Language.allCases)
    func trainerNotices(language: Language) throws {
        let details = Details()
        let values = try details.changes(WrittenMessage.trainerNotices).values(in: language, at: details.now)
        let texts = try WrittenMessage.library.get().renderMessage(
            "trainer-booked", in: language.templateLanguage, with: values)
        let words =
            language == .english
            ? ["New session", "Session moved", "instead of", "Session cancelled", "3 changes"]
            : ["Nueva sesión", "Sesión cambiada", "en lugar del", "Sesión cancelada", "3 cambios"]
        for word in words { #expect(texts.text.contains(word) && texts.html.contains(word), "\(word)") }
        #expect(texts.subject.contains(words[4]))
        for time in ["9:00", "10:00", "11:00"] { #expect(texts.text.contains(time)) }
    }

    @Test(
        "a trainer's notice contains the full name of the client",
        arguments: WrittenMessage.all.filter { WrittenMessage.trainerNotices.contains($0.name) })
    func fullNames(message: WrittenMessage) throws {
        let parts = try message.parts(Details(client: "Catherine Lopez"))
        for kind in [TemplateKind.subject, .text, .html, .sms] {
            #expect(parts[kind]?.contains("Catherine Lopez") == true, "\(kind)")
        }
    }

    @Test("the answer to an opt-out states that the session is still booked")
    func optedOut() throws {
        let parts = try WrittenMessage(name: "opted-out", language: .english).parts()
        #expect(parts[.sms]?.contains("still booked: to change it, call +1 213-555-0100.") == true)
    }
}
