import Foundation
import MessagingTesting
import Postgres
import Testing

@Suite("erasure of a client")
struct ForgetTests {
    @Test("a dump contains neither name, address, number nor note, and the numbers of reports are unchanged")
    func dump() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            let visitor = try await studio.receiveVisitor()
            try await studio.book("Ben", at: "2026-12-10 09:00")
            let before = try await studio.dump()
            for trace in ForgottenPerson.traces where trace != "213) 555-0187" {
                #expect(before.contains(trace), "the sample data contains \(trace)")
            }
            let totals = try await studio.totals()
            let result = try await studio.answer(
                "client", "forget", ForgottenPerson.email, "--yes", "--reason", "request of 3 December",
                now: ForgottenPerson.later)
            #expect(result["sessions"] == 1 && result["free_session_kept"] == true)
            #expect(result["forgotten_at"] == "2026-12-04T20:00:00Z")

            let dump = try await studio.dump()
            for trace in ForgottenPerson.traces { #expect(!dump.contains(trace), "\(trace)") }
            #expect(!dump.filter(\.isNumber).contains("2135550187"))
            #expect(dump.contains("request of 3 december"), "the dump contains the reason of the erasure")
            #expect(dump.contains("ben@example.com"))
            let booking = try await studio.database.query(
                "SELECT actor, after ->> 'source' FROM event WHERE subject = 'session' ORDER BY id LIMIT 1"
            ).decode((String, String?).self)[0]
            #expect(booking.0 == "erased" && booking.1 == "erased", "\(booking)")
            #expect(try await studio.totals() == totals)
            let verified = try await studio.intro("verify", "--json", now: ForgottenPerson.later)
            let broken = try verified.printed["checks"]?.items.filter { $0["violations"] != 0 } ?? []
            // Messages to the other client are overdue, because no runner is active.
            #expect(broken.allSatisfy { $0["name"] == "ledger_overdue" }, "\(verified.stdout)")
            let shown = try await studio.answer("show", visitor.reference, now: ForgottenPerson.later)
            #expect(shown["status"] == "attended")
            let again = try await studio.intro(
                "client", "forget", ForgottenPerson.email, "--yes", "--json", now: ForgottenPerson.later)
            #expect(again.exit == 4 && again.error?.code == "not_found")
            #expect(try await studio.intro("client", "forget", "1", "--yes", now: ForgottenPerson.later).exit == 4)
            #expect(try await studio.intro("client", "export", "1", now: ForgottenPerson.later).exit == 4)
        }
    }

    @Test("neither export nor erasure takes a client whose name is only similar to the given one")
    func similarName() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            _ = try await studio.receiveVisitor()
            for name in ["Zaphira", "Zaphira Qillon"] {
                for command in [["export", name], ["forget", name, "--yes"]] {
                    let result = try await studio.intro(["client"] + command + ["--json"], now: ForgottenPerson.later)
                    #expect(result.exit == 4 && result.error?.code == "not_found", "\(command): \(result.stderr)")
                }
            }
            #expect(try await studio.intro("client", "export", "quillon zaphira", now: ForgottenPerson.later).exit == 0)
            #expect(
                try await studio.intro("client", "forget", ForgottenPerson.name, "--yes", now: ForgottenPerson.later)
                    .exit == 0)
        }
    }

    @Test("the person is refused a second free session by e-mail, by phone and by another spelling of the mailbox")
    func secondSession() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            _ = try await studio.receiveVisitor()
            try await studio.answer("client", "forget", ForgottenPerson.email, "--yes", now: ForgottenPerson.later)
            for contact in [
                ForgottenPerson.email, "zaphiraquillon+gym@googlemail.com", ForgottenPerson.phone, "(213) 555-0187",
            ] {
                let refused = try await studio.refusal(
                    "book", "--client", contact, "--name", "Anyone", "--at", "2026-12-08 09:00",
                    now: ForgottenPerson.later)
                #expect(refused.code == "intro_already_used", "\(contact)")
                #expect(
                    refused.message == "the free session of this address was used before; the client's data was erased "
                        + "on request")
            }
            let other = try await studio.refusal(
                "book", "--client", "new@example.com", "--phone", ForgottenPerson.phone, "--name", "Anyone", "--at",
                "2026-12-08 09:00", now: ForgottenPerson.later)
            #expect(other.code == "intro_already_used")
            // Another person books, and each correction is possible.
            let booked = try await studio.answer(
                "book", "--client", "new@example.com", "--name", "New", "--at", "2026-12-08 09:00",
                now: ForgottenPerson.later)
            let reference = booked["reference"]?.text ?? ""
            try await studio.answer("cancel", reference, now: ForgottenPerson.later)
            try await studio.answer("undo", reference, "--reason", "mistake", now: ForgottenPerson.later)
            let after = "2026-12-08T12:00:00-08:00"
            try await studio.answer("no-show", reference, now: after)
            try await studio.answer("attend", reference, "--reason", "mistake", now: after)
            try await studio.answer("undo", reference, "--reason", "mistake", now: after)
            let granted = try await studio.answer(
                "book", "--client", ForgottenPerson.phone, "--name", "Anyone", "--at", "2026-12-09 09:00", "--override",
                "second try", now: ForgottenPerson.later)
            #expect(granted["created"] == true)
            // The number had sent STOP before the erasure.
            #expect(try await studio.suppressed()[ForgottenPerson.phone] == "opt_out")
        }
    }

    @Test("a missing, short or different key ends with 78 and changes nothing")
    func key() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            _ = try await studio.receiveVisitor()
            let before = try await studio.fingerprint()
            let forget = ["client", "forget", ForgottenPerson.email, "--yes", "--json"]
            let without = try await plain.intro(forget, now: ForgottenPerson.later)
            #expect(without.exit == 78 && without.error?.hint.contains("head -c 32 /dev/urandom") == true)
            let short = plain.home + "/short.key"
            try Data(count: 31).write(to: URL(filePath: short))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: short)
            let shortKey = try await plain.intro(
                forget, now: ForgottenPerson.later, environment: ["INTRO_PRIVACY_KEY_FILE": short])
            #expect(shortKey.exit == 78, "\(shortKey.stderr)")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o666], ofItemAtPath: studio.settings["INTRO_PRIVACY_KEY_FILE"] ?? "")
            #expect(try await studio.intro(forget, now: ForgottenPerson.later).exit == 78)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: studio.settings["INTRO_PRIVACY_KEY_FILE"] ?? "")
            #expect(try await studio.fingerprint() == before)

            try await studio.answer(forget, now: ForgottenPerson.later)
            let book = ["book", "--client", "ben@example.com", "--name", "Ben", "--at", "2026-12-08 09:00", "--json"]
            let blind = try await plain.intro(book, now: ForgottenPerson.later)
            #expect(blind.exit == 78 && blind.error?.message.contains("privacy key is not configured") == true)
            let other = try plain.withPrivacyKey("other.key")
            let wrong = try await other.intro(book, now: ForgottenPerson.later)
            #expect(wrong.exit == 78 && wrong.error?.message.contains("not the one") == true)
            try await studio.answer(book, now: ForgottenPerson.later)
        }
    }

    @Test("a client with a session to come is not erased; without a terminal, --yes is needed")
    func refused() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ben", at: "2026-12-01 09:00")
            let refused = try await studio.refusal("client", "forget", "ben@example.com", "--yes")
            #expect(refused.code == "session_to_come" && refused.hint.contains("intro cancel \(reference)"))
            // A session in progress is to come, too.
            let during = try await studio.refusal(
                "client", "forget", "ben@example.com", "--yes", now: "2026-12-01T09:10:00-08:00")
            #expect(during.code == "session_to_come")
            try await studio.answer("cancel", reference)
            let unconfirmed = try await studio.intro("client", "forget", "ben@example.com", "--json")
            #expect(unconfirmed.exit == 64 && unconfirmed.error?.code == "confirmation_needed")
            let named = try await studio.intro(
                "client", "forget", "ben@example.com", "--yes", "--reason", "Ben asked", "--json")
            #expect(named.exit == 65 && named.error?.message.contains("names the client") == true)
            // The free session was not used: no key is needed, and the person can book again.
            let result = try await studio.answer("client", "forget", "ben@example.com", "--yes")
            #expect(result["free_session_kept"] == false)
            try await studio.book("Ben", at: "2026-12-02 09:00")
            let undone = try await studio.refusal("undo", reference, "--reason", "mistake")
            #expect(undone.code == "client_forgotten", "\(undone)")
        }
    }

    @Test("on a terminal, the client's name must be typed")
    func typed() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            func forget(typing answer: String) async throws -> (exit: Int32, text: String) {
                let terminal = try Terminal()
                terminal.type(answer + "\r")
                let exit = try await terminal.run(
                    "client", "forget", "ana@example.com", environment: studio.environment
                ) { _ in }
                return (exit, terminal.text)
            }
            #expect(try await forget(typing: "y").exit == 3)
            #expect(try await studio.intro("client", "show", "ana@example.com").exit == 0)
            #expect(try await forget(typing: "Ana Lima").exit == 0)
            #expect(try await studio.intro("client", "show", "ana@example.com").exit == 4)
        }
    }

    @Test("of two people with one phone, the other keeps their data and is still refused a second free session")
    func sharedPhone() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            let visitor = try await studio.receiveVisitor()
            try await studio.answer(
                "client", "add", "Otis Quillon", "--email", "otis@example.com", "--phone", ForgottenPerson.phone,
                now: ForgottenPerson.later)
            try await studio.answer(
                "client", "note", "otis@example.com", "Comes with a sister", now: ForgottenPerson.later)
            let before = try await studio.answer("client", "show", "otis@example.com", now: ForgottenPerson.later)
            #expect(before["may_book"] == false)
            try await studio.answer("client", "forget", ForgottenPerson.email, "--yes", now: ForgottenPerson.later)
            let after = try await studio.answer("client", "show", "otis@example.com", now: ForgottenPerson.later)
            #expect(after["phone"] == .text(ForgottenPerson.phone) && after["notes"] == before["notes"])
            #expect(after["suppressions"] == before["suppressions"], "the number remains suppressed")
            #expect(after["may_book"] == false && after["refusal"]?["code"] == "intro_already_used")
            let dump = try await studio.dump()
            for trace in ["zaphira", "zaphyra", "knee surgery"] { #expect(!dump.contains(trace), "\(trace)") }
            let undone = try await studio.refusal(
                "no-show", visitor.reference, "--reason", "mistake", now: ForgottenPerson.later)
            #expect(undone.code == "client_forgotten")
        }
    }

    @Test("concurrent bookings and notes leave no personal data, and no second free session")
    func race() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            for round in 0..<3 {
                let day = "2026-12-0\(round + 1)"
                let email = "quillon\(round)@example.com"
                let booked = try await studio.answer(
                    "book", "--client", email, "--name", "Zaphira \(round)", "--at", "\(day) 09:00", "--trainer",
                    "maria")
                try await studio.answer("attend", booked["reference"]?.text ?? "", now: "\(day)T12:00:00-08:00")
                async let forgotten = studio.intro("client", "forget", email, "--yes", now: ForgottenPerson.later)
                async let again = studio.intro(
                    "book", "--client", email, "--name", "Zaphira \(round)", "--at", "2026-12-08 09:00",
                    now: ForgottenPerson.later)
                async let noted = studio.intro("client", "note", email, "knee surgery", now: ForgottenPerson.later)
                let (erased, second, note) = try await (forgotten, again, noted)
                #expect(erased.exit == 0, "\(erased.stderr)")
                #expect(second.exit == 3, "\(second.stdout)\(second.stderr)")
                #expect([0, 3, 4].contains(note.exit), "\(note.stderr)")
            }
            #expect(try await studio.count("session", where: "status = 'booked'") == 0)
            let dump = try await studio.dump()
            for trace in ["zaphira", "quillon", "knee surgery"] { #expect(!dump.contains(trace), "\(trace)") }
        }
    }
}
