import BookingStore
import Foundation
import PostgresTesting
import Reminders
import Testing

@Suite("Slow texts do not keep a confirmation waiting")
struct ReachTests {
    @Test("a patient batch ends with some left, and asks to go on; one by hand sends them all")
    func cutShort() async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let transport = ToldTransport()
            let patient = try scene.batch(to: transport, mode: .continuous, reach: .zero)
            let report = try await patient.send(until: nil, limit: nil)
            #expect(report.isCutShort && report.tally.due == 0)
            let byHand = try await scene.batch(to: transport, reach: .zero).send(until: nil, limit: nil)
            #expect(!byHand.isCutShort && byHand.tally.sent == 3)
            let nothingLeft = try await scene.batch(to: transport, mode: .continuous, reach: .zero)
                .send(until: nil, limit: nil)
            #expect(!nothingLeft.isCutShort)
        }
    }
}
