import BookingStore
import Foundation
import PostgresTesting
import Reminders
import Testing

@Suite("Time limit of continuous runs")
struct ReachTests {
    @Test("a continuous run stops at its time limit with messages left; a manual run sends all")
    func cutShort() async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let transport = ToldTransport()
            let continuous = try scene.batch(to: transport, mode: .continuous, reach: .zero)
            let report = try await continuous.send(until: nil, limit: nil)
            #expect(report.isCutShort && report.tally.due == 0)
            let manual = try await scene.batch(to: transport, reach: .zero).send(until: nil, limit: nil)
            #expect(!manual.isCutShort && manual.tally.sent == 3)
            let nothingLeft = try await scene.batch(to: transport, mode: .continuous, reach: .zero)
                .send(until: nil, limit: nil)
            #expect(!nothingLeft.isCutShort)
        }
    }
}
