import Foundation
import Messaging
import MessagingTesting
import Testing

/// A place that mail can be carried to, and what has arrived there.
enum Place: String, CaseIterable, Sendable {
    case server
    case folder

    struct Opened {
        let transport: any Transport<PostedMail>
        let arrived: () throws -> [ReceivedMessage]
        let close: () -> Void
    }

    func open() async throws -> Opened {
        switch self {
        case .server:
            let sink = try await MailSink.start()
            let transport = try TransportURL(parsing: sink.url).makeTransport()
            return Opened(transport: transport, arrived: { try sink.receivedMessages() }, close: { sink.stop() })
        case .folder:
            let folder = try ScratchFolder()
            let transport = try TransportURL(parsing: "file://\(folder.path)/out").makeTransport()
            return Opened(transport: transport, arrived: { try Maildir.messages(in: "\(folder.path)/out") }, close: {})
        }
    }

    var isInstalled: Bool { self == .folder || Installed.smtpSink != nil }

    /// A transport to the same kind of place, where nothing can be delivered.
    func openBroken() throws -> (transport: any Transport<PostedMail>, guardian: ScratchFolder) {
        let folder = try ScratchFolder()
        switch self {
        case .server:
            let url = "smtp://127.0.0.1:\(try Loopback.freePort())/?tls=none"
            return (try TransportURL(parsing: url).makeTransport(), folder)
        case .folder:
            let transport = try TransportURL(parsing: "file://\(folder.path)/out").makeTransport()
            return (transport, folder)
        }
    }
}

@Suite("what every transport does")
struct TransportConformanceTests {
    static let places = Place.allCases.filter(\.isInstalled)

    @Test("a message arrives once, whole, with its envelope", arguments: places)
    func delivery(place: Place) async throws {
        let opened = try await place.open()
        defer { opened.close() }
        try await opened.transport.withCourier { courier in
            #expect(await courier.deliver(message("one"), from: desk, to: anna).verdict == .accepted)
        }
        let arrived = try opened.arrived()
        #expect(arrived.map(\.sender) == ["desk@intro.test"])
        #expect(arrived.map(\.recipients) == [["anna@example.test"]])
        #expect(arrived.map { $0.content.replacing("\r\n", with: "\n") }.first?.contains("\n\nHello\n.dot\n") == true)
    }

    @Test("couriers work side by side, and nothing is lost or doubled", arguments: places)
    func concurrency(place: Place) async throws {
        let opened = try await place.open()
        defer { opened.close() }
        let transport = opened.transport
        await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    try await transport.withCourier { courier in
                        for number in 0..<25 {
                            let mark = "\(worker)-\(number + 10)"
                            #expect(await courier.deliver(message(mark), from: desk, to: anna).verdict == .accepted)
                        }
                    }
                }
            }
        }
        let expected = (0..<4).flatMap { worker in (10..<35).map { "\(worker)-\($0)" } }
        #expect(try opened.arrived().marks == expected.sorted())
    }

    @Test("one courier asked by many at once delivers each message once", arguments: places)
    func sharedCourier(place: Place) async throws {
        let opened = try await place.open()
        defer { opened.close() }
        let courier = try opened.transport.makeCourier()
        await withTaskGroup(of: Void.self) { group in
            for number in 10..<40 {
                group.addTask {
                    #expect(await courier.deliver(message("\(number)"), from: desk, to: anna).verdict == .accepted)
                }
            }
        }
        #expect(try opened.arrived().marks == (10..<40).map(String.init))
    }

    @Test("a courier works again after it was closed", arguments: places)
    func reopening(place: Place) async throws {
        let opened = try await place.open()
        defer { opened.close() }
        let courier = try opened.transport.makeCourier()
        #expect(await courier.deliver(message("one"), from: desk, to: anna).verdict == .accepted)
        await courier.close()
        #expect(await courier.deliver(message("two"), from: desk, to: anna).verdict == .accepted)
        #expect(try opened.arrived().marks == ["one", "two"])
    }

    @Test("a cancelled task sends nothing", arguments: places)
    func cancellation(place: Place) async throws {
        let opened = try await place.open()
        defer { opened.close() }
        let courier = try opened.transport.makeCourier()
        let outcome = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await courier.deliver(message("never"), from: desk, to: anna)
        }.value
        #expect(outcome.verdict == .notSent(unreachable: false))
        #expect(try opened.arrived().isEmpty)
    }

    @Test("a place that is gone is unreachable, and the message may go again", arguments: places)
    func unreachable(place: Place) async throws {
        let (transport, guardian) = try place.openBroken()
        let courier = try transport.makeCourier()
        try? FileManager.default.removeItem(atPath: "\(guardian.path)/out")
        #expect(await courier.deliver(message("x"), from: desk, to: anna).verdict == .notSent(unreachable: true))
    }
}
