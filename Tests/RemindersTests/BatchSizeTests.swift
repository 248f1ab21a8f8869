import Testing

@testable import Reminders

@Suite("How many messages a session takes up at once")
struct HandSizeTests {
    @Test("one at first, twice as many each time while they go out fast, but never more than 64")
    func growth() {
        var size = BatchSize()
        var sizes: [Int] = []
        for _ in 0..<9 {
            sizes.append(size.messages)
            size.adapt(to: .milliseconds(1))
        }
        #expect(sizes == [1, 2, 4, 8, 16, 32, 64, 64, 64])
    }

    @Test("half as many each time while they go out slowly, but never less than one")
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
