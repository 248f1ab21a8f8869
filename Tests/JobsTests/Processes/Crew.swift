import Foundation
import JobsTesting
import Postgres

/// Some runners in processes of their own; whoever ends is replaced.
final class Crew: Sendable {
    let folder: ScratchFolder

    private let yard: JobYard
    private let options: [String]
    private let hands: Guarded<[JobHand]>

    /// A short lease.
    static let hasty = ["--lease", "2", "--heartbeat", "0.3"]

    /// Starts some runners, with a short lease unless told otherwise.
    init(of count: Int, on yard: JobYard, _ options: [String] = Crew.hasty) throws {
        let folder = try ScratchFolder()
        self.folder = folder
        self.yard = yard
        self.options = options
        hands = Guarded(try (0..<count).map { _ in try JobHand(yard, in: folder, options) })
    }

    /// Those at work.
    var all: [JobHand] { hands.withLock { $0 } }

    /// Puts another in the place of one that has ended.
    func replace(_ number: Int) throws {
        let hand = try JobHand(yard, in: folder, options)
        hands.withLock { $0[number] = hand }
    }

    /// Kills one without a warning, and puts another in its place.
    func kill(_ number: Int) async throws {
        let hand = all[number]
        hand.kill(SIGKILL)
        try await hand.waitUntilEnded()
        try replace(number)
    }

    /// Asks all to stop, and returns how they ended.
    ///
    /// One that has only just been started would not hear it.
    func stop() async throws -> [Int32] {
        for hand in all { try await hand.waitUntilReady() }
        for hand in all { hand.kill(SIGTERM) }
        var statuses: [Int32] = []
        for hand in all { statuses.append(try await hand.waitUntilEnded()) }
        return statuses
    }
}
