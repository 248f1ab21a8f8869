import BookingStore
import Foundation
import PostgresTesting
import Reminders
import Testing

@Suite("Time limit of continuous runs")
struct RunTimeLimitTests {
    @Test("a continuous run stops at its time limit with messages left; a manual run sends all")
    func cutShort() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            let transport = ScriptedMailTransport()
            let continuous = try fixture.batch(to: transport, mode: .continuous, reach: .zero)
            let report = try await continuous.send(until: nil, limit: nil)
            #expect(report.isCutShort && report.counts.due == 0)
            let manual = try await fixture.batch(to: transport, reach: .zero).send(until: nil, limit: nil)
            #expect(!manual.isCutShort && manual.counts.sent == 3)
            let nothingLeft = try await fixture.batch(to: transport, mode: .continuous, reach: .zero)
                .send(until: nil, limit: nil)
            #expect(!nothingLeft.isCutShort)
        }
    }
}
