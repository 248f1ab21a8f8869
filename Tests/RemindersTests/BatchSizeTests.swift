import Testing

@testable import Reminders

@Suite("Batch size")
struct BatchSizeTests {
    @Test("doubles from 1 to at most 64 after fast batches")
    func growth() {
        var size = BatchSize()
        var sizes: [Int] = []
        for _ in 0..<9 {
            sizes.append(size.messages)
            size.adapt(to: .milliseconds(1))
        }
        #expect(sizes == [1, 2, 4, 8, 16, 32, 64, 64, 64])
    }

    @Test("halves to at least 1 after slow batches")
    func shrinking() {
        var size = BatchSize()
        for _ in 0..<3 { size.adapt(to: .milliseconds(1)) }
        var sizes: [Int] = []
        for _ in 0..<5 {
            sizes.append(size.messages)
            size.adapt(to: .seconds(600))
        }
        #expect(sizes == [8, 4, 2, 1, 1])
    }
}
