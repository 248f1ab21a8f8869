import Foundation
import Testing

@testable import bench

@Suite struct OpeningTests {
    private let world = World("", trainers: 200)

    @Test("no opening comes twice, and all are half past an hour of a weekday")
    func openings() {
        let openings = (0..<world.fullStudios * 10 * 480).map { Opening($0, of: world) }
        #expect(Set(openings.map { "\($0.trainer) \($0.start)" }).count == openings.count)
        for opening in openings {
            let seconds = opening.start - World.beginning
            #expect(seconds % 3600 == 1800)
            #expect((7 * 3600..<19 * 3600).contains(seconds % 86_400))
            #expect(seconds / 86_400 % 7 < 5)
        }
    }

    @Test("neighbours are in different studios")
    func neighbours() {
        let studios = (0..<world.fullStudios).map { Opening($0, of: world).studio }
        #expect(Set(studios).count == studios.count)
    }

    @Test("openings are given out once")
    func takenOnce() {
        let world = World("", trainers: 200)
        #expect(world.takeOpenings(3) == 0..<3)
        #expect(world.takeOpenings(2) == 3..<5)
    }

    @Test("the world begins on a Monday, 0:00 in San Francisco")
    func beginning() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "America/Los_Angeles"))
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: World.now)
        #expect(parts.weekday == 2)
        #expect(parts.hour == 0)
        #expect(parts.minute == 0)
        #expect(World.now.formatted(.iso8601) == World.nowText)
    }
}
