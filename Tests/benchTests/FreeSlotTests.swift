import Foundation
import Testing

@testable import bench

@Suite struct FreeSlotTests {
    private let dataset = Dataset("", trainers: 200)

    @Test("free slots are distinct, and at half past an hour on weekdays")
    func freeSlots() {
        let freeSlots = (0..<dataset.fullStudios * 10 * 480).map { FreeSlot($0, of: dataset) }
        #expect(Set(freeSlots.map { "\($0.trainer) \($0.start)" }).count == freeSlots.count)
        for freeSlot in freeSlots {
            let seconds = freeSlot.start - Dataset.beginning
            #expect(seconds % 3600 == 1800)
            #expect((7 * 3600..<19 * 3600).contains(seconds % 86_400))
            #expect(seconds / 86_400 % 7 < 5)
        }
    }

    @Test("consecutive free slots are in different studios")
    func neighbours() {
        let studios = (0..<dataset.fullStudios).map { FreeSlot($0, of: dataset).studio }
        #expect(Set(studios).count == studios.count)
    }

    @Test("reserves each free slot only once")
    func takenOnce() {
        let dataset = Dataset("", trainers: 200)
        #expect(dataset.takeFreeSlots(3) == 0..<3)
        #expect(dataset.takeFreeSlots(2) == 3..<5)
    }

    @Test("the data set begins on a Monday, 0:00 in San Francisco")
    func beginning() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "America/Los_Angeles"))
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: Dataset.now)
        #expect(parts.weekday == 2)
        #expect(parts.hour == 0)
        #expect(parts.minute == 0)
        #expect(Dataset.now.formatted(.iso8601) == Dataset.nowText)
    }
}
