/// A measurement cannot be had.
struct BenchFailure: Error, CustomStringConvertible {
    /// What happened, why, and what to do next.
    let description: String

    init(_ happening: String, because reason: String, hint: String = "see Sources/bench for what it needs") {
        description = "\(happening)\n\(reason)\n\(hint)"
    }
}
