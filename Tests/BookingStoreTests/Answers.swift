import Booking
import BookingStore
import BookingStoreTesting
import Postgres

/// The results of concurrent requests.
struct Answers: Sendable {
    var booked: [BookingResult] = []
    var refusals: [Refusal] = []
    /// Errors other than refusals.
    var errors: [any Error] = []
}

extension BookingFixture {
    /// Makes concurrent requests, and returns their results.
    func ask(_ requests: [BookingRequest]) async -> Answers {
        let desk = desk
        return await withTaskGroup { group in
            for request in requests {
                group.addTask {
                    await Swift.Result<BookingResult, any Error>.catching {
                        try await desk.book(request, now: BookingFixture.now)
                    }
                }
            }
            return await group.reduce(into: Answers()) { answers, outcome in
                switch outcome {
                case .success(let result): answers.booked.append(result)
                case .failure(let refusal as Refusal): answers.refusals.append(refusal)
                case .failure(let error): answers.errors.append(error)
                }
            }
        }
    }

    /// Returns the number of rows of a table.
    func count(_ table: String) async throws -> Int64 {
        try await database.query("SELECT count(*) FROM \(unsafeSQL: table)").decode(Int64.self)[0]
    }

    /// Raises `deadlock_timeout`, so that a deadlock causes a lock timeout, which is not retried.
    ///
    /// The setting has no effect on connections that are already open, so call this function first.
    func failOnDeadlock() async throws {
        try await database.query(
            """
            DO $$
            BEGIN
                EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''10min''', current_database());
            END
            $$
            """)
        try await database.query("SET deadlock_timeout = '10min'")
    }
}

extension Swift.Result where Failure == any Error {
    fileprivate static func catching(_ work: () async throws -> Success) async -> Self {
        do {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
}
