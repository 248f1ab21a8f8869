import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Runs a test only as part of the slow rehearsals of `./deploy/test --operations`.
    static var operations: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["INTRO_TEST_OPERATIONS"] != nil,
            "a slow rehearsal: run ./deploy/test --operations")
    }
}
