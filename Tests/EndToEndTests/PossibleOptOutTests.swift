import Foundation
import MessagingTesting
import Testing

@Suite("texts that may be an opt-out")
struct PossibleOptOutTests {
    private let ana = "+12135550142"

    private static let sentences = [
        "Stop. Thank you", "Please stop texting me", "stop stop stop", "ARRET", "Arrêtez", "no more texts please",
        "Unsubscribe me from this list", "I want to opt out of these messages", "wrong number", "¡Basta ya, por favor!",
        "No me manden más mensajes", "remove me", "Do NOT text this number", "🛑", "STOP TEXTING",
        "dar de baja, gracias",
        "please cancel these texts", "STOP2END", "leave me alone!!", "quit texting me", "I revoke my consent",
    ]

    @Test("a possible opt-out holds further texts until it is reviewed", arguments: sentences)
    func held(sentence: String) async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let processed = try await studio.receiveText(sentence, from: ana)
            // Some of them are unambiguous, and suppress texts at once.
            guard processed["action"] != "opted_out" else {
                #expect(try await studio.suppressed() == [ana: "opt_out"])
                return
            }
            #expect(processed["action"] == "opt_out_review", "\(sentence)")
            #expect(processed["answer"] == .null, "a text to be reviewed is not answered")
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try studio.writtenTexts().isEmpty)
            let message = try await studio.account(of: reference, now: Studio.atTen)["one-day-sms"]
            #expect(
                message?["status"] == "queued" && message?["reason"] == "opt_out_review",
                "\(String(describing: message))")
            #expect(try await studio.suppressed().isEmpty)
            #expect(try await studio.answer("sms", "list", "--open").items.count == 1)
            #expect(
                try await studio.account(of: reference)["confirmation"]?["status"] == "sent",
                "the hold does not affect mail")
        }
    }

    @Test("`sms done` releases the held text")
    func lifted() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let id =
                try await studio.receiveText("Is there a bus near? I must stop at the bank", from: ana)["id"]?.number
                ?? 0
            let other = try await studio.receiveText("Please stop", from: "+12135550143")["action"]
            #expect(other == "opted_out")
            let review =
                try await studio.receiveText("stop texting so much, but I'll come", from: ana)["id"]?.number ?? 0
            #expect(review != id)
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference, now: Studio.atTen)["one-day-sms"]?["status"] == "queued")
            for id in [id, review] {
                #expect(try await studio.answer("sms", "done", "\(id)")["done"] == true)
            }
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["status"] == "sent")
            #expect(try await studio.suppressed()[ana] == nil)
        }
    }

    @Test("why and plan explain the hold, which applies to every spelling of the number")
    func explained() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "+5491123456789", at: "2026-12-01 10:00")
            try await studio.receiveText("Por favor, no me manden más mensajes", from: "+541123456789")
            let plan = try await studio.intro("reminders", "plan", now: Studio.atTen)
            #expect(plan.stdout.contains("waits: possible opt-out"), "\(plan.stdout)")
            #expect(plan.stdout.contains("1 would wait for a possible opt-out to be reviewed"), "\(plan.stdout)")
            try await studio.answer("reminders", "send", now: Studio.atTen)
            let why = try await studio.intro("why", reference, now: Studio.atTen)
            #expect(
                why.stdout.contains("the recipient may have opted out; see `intro sms list --open`"), "\(why.stdout)")
            let id = try await studio.answer("sms", "list", "--open").items.first?["id"]?.number ?? 0
            try await studio.answer("sms", "done", "\(id)")
            #expect(try await studio.answer("reminders", "send", now: Studio.atTen)["sent"] == 1)
        }
    }

    @Test("`sms done --opt-out` suppresses the number")
    func permanent() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let id = try await studio.receiveText("Stop. Thank you", from: ana)["id"]?.number ?? 0
            try await studio.answer("sms", "done", "\(id)", "--opt-out", "--as", "desk")
            #expect(try await studio.suppressed() == [ana: "opt_out"])
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["reason"] == "opted_out")
            let client = try await studio.intro("client", "show", "ana@example.com")
            #expect(client.stdout.contains("no, about sessions"), "\(client.stdout)")
        }
    }

    @Test("START after a possible opt-out ends the hold, and STOP leaves nothing to review")
    func resolvedByTheClient() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            for word in ["START", "STOP"] {
                #expect(try await studio.receiveText("please stop texting me", from: ana)["action"] == "opt_out_review")
                try await studio.receiveText(word, from: ana)
                #expect(try await studio.answer("sms", "list", "--open").items.isEmpty, "\(word)")
            }
        }
    }

    @Test(
        "an unrelated text holds no message",
        arguments: [
            "I'll stop by at 5", "Which bus stop is it?", "cancel my session please", "See you at the weekend",
            "Can I bring a friend?", "ok", "👍", "¿Está en la planta baja?", "no more than 10 minutes late",
        ])
    func harmless(sentence: String) async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            #expect(try await studio.receiveText(sentence, from: ana)["action"] == "none", "\(sentence)")
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["status"] == "sent")
        }
    }

    @Test("CANCEL suppresses texts, and stays open for a call", arguments: ["cancel", "Cancel.", "CANCELAR"])
    func cancel(word: String) async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            let processed = try await studio.receiveText(word, from: ana)
            #expect(
                processed["action"] == "opted_out" && processed["reference"] == .text(reference)
                    && processed["open"] == true)
            #expect(try await studio.suppressed() == [ana: "opt_out"])
            let open = try await studio.answer("sms", "list", "--open").items
            #expect(open.map { $0["reference"] } == [.text(reference)])
            let table = try await studio.intro("sms", "list", "--open").stdout
            #expect(table.contains("call?") && table.contains(" PST"), "\(table)")
            try await studio.answer("sms", "done", "\(open.first?["id"]?.number ?? -1)")
            #expect(try await studio.answer("sms", "list", "--open").items.isEmpty)
            #expect(try await studio.suppressed() == [ana: "opt_out"])
        }
    }

    /// The body of a provider's request, and the action that must follow.
    private static let posts: [(input: [UInt8], action: String)] = [
        (Array(#"{"From": "+12135550142", "NumMedia": "1", "MessageSid": "MM1"}"#.utf8), "none"),
        (Array(#"{"From": "+12135550142", "Body": null, "MediaUrl0": "https://x/1"}"#.utf8), "none"),
        (Array(#"{"From": "+12135550142", "Body": "STOP \ud83d"}"#.utf8), "opted_out"),
        (Array(#"{"From": "+12135550142", "Body": "\udc4dSTOP"}"#.utf8), "opted_out"),
        (Array(#"{"From": "+12135550142", "Body": "STOP"#.utf8) + [0xF0, 0x9F] + Array(#""}"#.utf8), "opted_out"),
        (Array("{\"From\": \"+12135550142\", \"Body\": \"STOP\n\"}".utf8), "opted_out"),
        (Array(#"{"From": "whatsapp:+12135550142", "Body": "STOP"}"#.utf8), "opted_out"),
        (Array(#"{"From": "rcs:+12135550142", "Body": "stop", "Unknown": {"a": [1]}}"#.utf8), "opted_out"),
        (Array(#"{"From": 12135550142, "Body": "STOP"}"#.utf8), "opted_out"),
        (Array(#"{"From": "72345", "Body": "Your code is 1234"}"#.utf8), "none"),
        (Array(#"{"From": "72345", "Body": "STOP"}"#.utf8), "opted_out"),
        (Array(#"{"From": "rcs:iron_house_agent", "Body": "hello"}"#.utf8), "none"),
        (Array(#"{"From": "AMAZON", "Body": "Please stop texting me"}"#.utf8), "opt_out_review"),
        (Array("From=%2B12135550142&To=%2B12135550100&Body=STOP&MessageSid=SM77&NumMedia=0".utf8), "opted_out"),
        (Array("From=+12135550142&Body=Stop+thank+you%21\n".utf8), "opt_out_review"),
        (Array("From=whatsapp%3A%2B12135550142&NumMedia=1".utf8), "none"),
        (Array(#"{"From": "+12135550142", "Body": "END OF IT", "OptOutType": "STOP"}"#.utf8), "opted_out"),
    ]

    @Test("stores requests in the format of real providers, and recognises STOP in them")
    func posts() async throws {
        for post in Self.posts {
            try await Studio.with { studio in
                let text = String(decoding: post.input, as: UTF8.self)
                let result = try await IntroBinary.run(
                    ["sms", "receive", "--json", "--now", Studio.atTen], environment: studio.environment,
                    octets: post.input)
                try #require(result.exit == 0, "\(text): \(result.stderr)")
                #expect(try result.printed["action"] == .text(post.action), "\(text)")
                #expect(try await studio.answer("sms", "list").items.count == 1)
                let isOpen = try await studio.answer("sms", "list", "--open").items.count == 1
                #expect(isOpen == (post.action != "opted_out"), "\(text)")
                guard text.contains("2135550142"), post.action == "opted_out" else { return }
                #expect(try await studio.suppressed() == [ana: "opt_out"], "\(text)")
            }
        }
    }

    @Test("a sender that is not a phone number is never answered")
    func shortCode() async throws {
        try await Studio.with { studio in
            for body in ["STOP", "HELP", "START"] {
                let processed = try await studio.receiveText(body, from: "72345")
                #expect(processed["answer"] == .null)
            }
            #expect(try studio.writtenTexts().isEmpty)
            #expect(try await studio.answer("sms", "list").items.allSatisfy { $0["from"] == "72345" })
        }
    }
}
