import JobsTesting
import Postgres
import SeededRandom
import Testing

@testable import Jobs

@Suite("Lease model")
struct LeaseModelTests {
    @Test(
        "in every interleaving of three runners and two jobs, no job has two valid holders and no job is lost"
    )
    func everyInterleaving() {
        var visited: Set<UInt64> = [LeaseModel().code]
        var frontier = [LeaseModel()]
        var ends: Set<String> = []
        while let state = frontier.popLast() {
            for step in state.steps {
                var next = state
                next.take(step)
                if let violation = next.violation(after: step, from: state) {
                    Issue.record("\(violation), after \(step) from \(state)")
                    return
                }
                if visited.insert(next.code).inserted { frontier.append(next) }
            }
            ends.insert(state.jobs.map { "\($0.place)" }.joined(separator: " "))
        }
        #expect(ends.count == 16, "each combination of final states can be reached")
        #expect(visited.count > 10_000)
    }

    @Test("the SQL statements match the model over random steps", arguments: [1, 2, 3] as [UInt64])
    func statements(seed: UInt64) async throws {
        try await withJobFixture(connections: 1) { fixture in
            var generator = SeededGenerator(seed: seed)
            var steps = 0
            while steps < 700 {
                var model = LeaseModel()
                var real = try await ModelledQueue(fixture)
                try await real.expectSame(as: model, after: "the beginning")
                var history: [LeaseModel.Step] = []
                while !model.jobs.allSatisfy({ $0.place == .done || $0.place == .dead }) {
                    guard let step = model.steps.randomElement(using: &generator) else { break }
                    history.append(step)
                    let leases = model.runners.map(\.claims)
                    let (expected, found) = (model.take(step), try await real.take(step, leases))
                    #expect(expected == found, "\(history)")
                    let isSame = try await real.expectSame(as: model, after: "\(history)")
                    guard isSame, expected == found else { return }
                    steps += 1
                }
            }
        }
    }
}
