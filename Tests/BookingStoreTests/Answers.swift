import Booking
import BookingStore
import BookingStoreTesting
import Postgres

/// What became of requests made at the same time.
struct Answers: Sendable {
    var booked: [BookingResult] = []
    var refusals: [Refusal] = []
    /// What is neither a booking nor a refusal.
    var errors: [any Error] = []
}

extension Books {
    /// Makes requests at the same time.
    func ask(_ requests: [BookingRequest]) async -> Answers {
        let desk = desk
        return await withTaskGroup { group in
            for request in requests {
                group.addTask {
                    await Swift.Result<BookingResult, any Error>.catching {
                        try await desk.book(request, now: Books.now)
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

    /// How many rows a table has.
    func count(_ table: String) async throws -> Int64 {
        try await database.query("SELECT count(*) FROM \(unsafeSQL: table)").decode(Int64.self)[0]
    }

    /// Makes a deadlock an error that shows: nobody breaks it up before a lock is given up, and that is not tried again.
    ///
    /// Connections that are open already do not know of it: ask for this first.
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
