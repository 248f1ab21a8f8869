/// A set of whole numbers from 0 to 63, of which the next one up or down is found at once.
struct ValueSet: Hashable, Sendable {
    private(set) var bits: UInt64

    init(bits: UInt64 = 0) {
        self.bits = bits
    }

    func contains(_ value: Int) -> Bool { bits >> value & 1 == 1 }

    /// The smallest member that is no smaller than a number, 0 or more.
    func first(from lowest: Int) -> Int? {
        let rest = bits & (~0 << lowest)
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    /// The largest member that is no larger than a number, 63 or less.
    func last(through highest: Int) -> Int? {
        let rest = bits & (~0 >> (63 - highest))
        return rest == 0 ? nil : 63 - rest.leadingZeroBitCount
    }

    mutating func insert(_ value: Int) { bits |= 1 << value }

    mutating func formUnion(_ other: ValueSet) { bits |= other.bits }
}
