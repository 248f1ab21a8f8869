/// A database key that belongs to one kind of thing: a trainer's key cannot stand where a client's is meant.
public struct Key<Subject, Value: Hashable & Sendable>: Hashable, Sendable {
    /// The bare number.
    public let value: Value

    /// Makes a key of a bare number, as it comes from the database.
    public init(_ value: Value) {
        self.value = value
    }
}
