import Foundation
import LoopbackTesting
import Messaging
import MessagingTesting
import Testing

/// A kind of transport under test.
enum TransportKind: String, CaseIterable, Sendable {
    case mailServer
    case mailFolder
    case pacedMailFolder
    case smsService
    case smsFolder
    case pacedSMSFolder

    var isInstalled: Bool {
        switch self {
        case .mailServer: InstalledPrograms.smtpSink != nil
        case .smsService: InstalledPrograms.python != nil
        case .mailFolder, .pacedMailFolder, .smsFolder, .pacedSMSFolder: true
        }
    }

    func open() async throws -> Destination {
        let folder = try ScratchFolder()
        let url = "file://\(folder.path)/out"
        switch self {
        case .mailServer: return try await .mailServer()
        case .mailFolder: return try .mail(to: url) { try Maildir.messages(in: "\(folder.path)/out") }
        case .pacedMailFolder:
            return try .mail(to: url, at: quick) { try Maildir.messages(in: "\(folder.path)/out") }
        case .smsService: return try .smsService()
        case .smsFolder: return try .texts(to: url) { try SMSFolder.texts(in: "\(folder.path)/out") }
        case .pacedSMSFolder:
            return try .texts(to: url, at: quick) { try SMSFolder.texts(in: "\(folder.path)/out") }
        }
    }

    /// Creates the same kind of destination, unusable once the folder's `out` is removed and while a port refuses
    /// connections.
    func openBroken(refusing port: Int) throws -> (destination: Destination, guardian: ScratchFolder) {
        let folder = try ScratchFolder()
        let url = "file://\(folder.path)/out"
        let destination: Destination =
            switch self {
            case .mailServer: try .mail(to: "smtp://127.0.0.1:\(port)/?tls=none") { [] }
            case .mailFolder: try .mail(to: url) { [] }
            case .pacedMailFolder: try .mail(to: url, at: quick) { [] }
            case .smsService: try .texts(to: "http://AC1@127.0.0.1:\(port)") { [] }
            case .smsFolder: try .texts(to: url) { [] }
            case .pacedSMSFolder: try .texts(to: url, at: quick) { [] }
            }
        return (destination, folder)
    }

    /// A rate that is too high to delay a test.
    private var quick: SendingRate? { SendingRate(100_000, per: .seconds(1)) }
}

/// A received message, without additions at its end by a server.
struct Arrival: Hashable {
    let mark: String
    let sender: String
    let recipients: [String]
    let body: String
}

/// A destination under test, which identifies messages by their marks and lists the received ones.
struct Destination: Sendable {
    let makeCarrier: @Sendable () throws -> AnySession
    /// The sender and the recipient of its messages.
    let sender: String
    let recipient: String
    let arrived: @Sendable () throws -> [Arrival]
    var close: @Sendable () -> Void = {}

    var marks: [String] { get throws { try arrived().map(\.mark).sorted() } }

    static func mail(
        to url: String, at rate: SendingRate? = nil, arrived: @escaping @Sendable () throws -> [ReceivedMessage]
    ) throws -> Destination {
        let transport = try MailTransportURL(parsing: url).makeTransport()
        let rateLimited = rate.map { transport.rateLimited($0) } ?? transport
        return Destination(
            makeCarrier: {
                AnySession(try rateLimited.makeSession()) { MailEnvelope(message($0), from: desk, to: anna) }
            },
            sender: desk.address, recipient: anna.address, arrived: { try arrived().map(Arrival.init) })
    }

    static func texts(
        to url: String, at rate: SendingRate? = nil, arrived: @escaping @Sendable () throws -> [[String: String?]]
    ) throws -> Destination {
        let transport = try SMSTransportURL(parsing: url).makeTransport(token: "t", timeouts: patientSMSTimeouts)
        let rateLimited = rate.map { transport.rateLimitedBySender($0) } ?? transport
        return Destination(
            makeCarrier: { AnySession(try rateLimited.makeSession()) { text($0) } },
            sender: text("x").from.text, recipient: text("x").to, arrived: { try arrived().map(Arrival.init) })
    }

    static func mailServer() async throws -> Destination {
        let sink = try await MailSink.start()
        var destination = try mail(to: sink.url) { try sink.receivedMessages() }
        destination.close = { sink.stop() }
        return destination
    }

    static func smsService() throws -> Destination {
        let server = try ScriptedHTTPServer()
        var destination = try texts(to: server.url) {
            try server.requests().map { ["to": $0.form["To"], "from": $0.form["From"], "body": $0.form["Body"]] }
        }
        destination.close = { server.stop() }
        return destination
    }
}

/// A session of any kind, which sends a message with a given mark.
struct AnySession: Sendable {
    let deliver: @Sendable (String) async -> DeliveryOutcome
    let close: @Sendable () async -> Void

    init<Item>(_ session: any TransportSession<Item>, item: @escaping @Sendable (String) -> Item) {
        deliver = { await session.deliver(item($0)) }
        close = { await session.close() }
    }
}

extension Arrival {
    fileprivate init(_ mail: ReceivedMessage) {
        let content = mail.content.replacing("\r\n", with: "\n")
        let end = content.firstRange(of: "\n\n")
        self.init(
            mark: [mail].marks.first ?? "", sender: mail.sender, recipients: mail.recipients,
            body: content[(end?.upperBound ?? content.endIndex)...].trimmingCharacters(in: .newlines))
    }

    fileprivate init(_ text: [String: String?]) {
        let lines = (text["body"] ?? "")?.split(separator: "\n", maxSplits: 1).map(String.init) ?? []
        self.init(
            mark: lines.first ?? "", sender: (text["from"] ?? "") ?? "", recipients: [(text["to"] ?? "") ?? ""],
            body: lines.last ?? "")
    }
}

@Suite("Conformance of all transports", .timeLimit(.minutes(30)))
struct TransportConformanceTests {
    static let places = TransportKind.allCases.filter(\.isInstalled)

    @Test("a message arrives once and unchanged, from its sender to its recipient", arguments: places)
    func delivery(place: TransportKind) async throws {
        let destination = try await place.open()
        defer { destination.close() }
        let carrier = try destination.makeCarrier()
        #expect(await carrier.deliver("one").category == .accepted)
        await carrier.close()
        let expected = Arrival(
            mark: "one", sender: destination.sender, recipients: [destination.recipient], body: "Hello\n.dot")
        #expect(try destination.arrived() == [expected])
    }

    @Test("concurrent sessions neither lose nor duplicate messages", arguments: places)
    func concurrency(place: TransportKind) async throws {
        let destination = try await place.open()
        defer { destination.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let carrier = try destination.makeCarrier()
                    for number in 10..<35 {
                        #expect(await carrier.deliver("\(worker)-\(number)").category == .accepted)
                    }
                    await carrier.close()
                }
            }
            try await group.waitForAll()
        }
        let expected = (0..<4).flatMap { worker in (10..<35).map { "\(worker)-\($0)" } }
        #expect(try destination.marks == expected)
    }

    @Test("a session used by many tasks delivers each message once", arguments: places)
    func sharedSession(place: TransportKind) async throws {
        let destination = try await place.open()
        defer { destination.close() }
        let carrier = try destination.makeCarrier()
        await withTaskGroup(of: Void.self) { group in
            for number in 10..<40 {
                group.addTask { #expect(await carrier.deliver("\(number)").category == .accepted) }
            }
        }
        #expect(try destination.marks == (10..<40).map(String.init))
    }

    @Test("a session can be reused after it was closed", arguments: places)
    func reopening(place: TransportKind) async throws {
        let destination = try await place.open()
        defer { destination.close() }
        let carrier = try destination.makeCarrier()
        #expect(await carrier.deliver("one").category == .accepted)
        await carrier.close()
        #expect(await carrier.deliver("two").category == .accepted)
        #expect(try destination.marks == ["one", "two"])
    }

    @Test("a cancelled task sends nothing", arguments: places)
    func cancellation(place: TransportKind) async throws {
        let destination = try await place.open()
        defer { destination.close() }
        let carrier = try destination.makeCarrier()
        // A first delivery, so that the list of received messages exists.
        #expect(await carrier.deliver("first").category == .accepted)
        let outcome = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await carrier.deliver("never")
        }.value
        #expect(outcome.category == .notSent(unreachable: false))
        #expect(try destination.marks == ["first"])
    }

    @Test("a removed destination is unreachable, and the message is not sent", arguments: places)
    func unreachable(place: TransportKind) async throws {
        try await withRefusingPort { port in
            let (destination, guardian) = try place.openBroken(refusing: port)
            let carrier = try destination.makeCarrier()
            try? FileManager.default.removeItem(atPath: "\(guardian.path)/out")
            #expect(await carrier.deliver("x").category == .notSent(unreachable: true))
        }
    }

    @Test("a session is closed after success and failure, with and without a rate limit")
    func withSession() async throws {
        let recorder = Recorder<String>()
        let rate = try #require(SendingRate(parsing: "1/s"))
        #expect(try await recorder.withSession { await $0.deliver("x").category } == .accepted)
        #expect(recorder.closings == 1)
        await #expect(throws: CancellationError.self) {
            try await recorder.rateLimited(rate).withSession { _ in throw CancellationError() }
        }
        #expect(recorder.closings == 2)
    }
}
