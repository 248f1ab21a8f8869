import Booking
import Testing

/// Expects a refusal by a rule, and returns it.
@discardableResult
func expectRefusal<Result>(
    _ rule: Refusal.Rule, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> Result
) async -> Refusal? {
    let refusal = await #expect(throws: Refusal.self, sourceLocation: sourceLocation) { _ = try await work() }
    #expect(refusal?.rule == rule, "\(refusal?.message ?? "")", sourceLocation: sourceLocation)
    return refusal
}
