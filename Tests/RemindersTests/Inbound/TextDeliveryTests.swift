import Booking
import Reminders
import Testing

@Suite("Effects of delivery statuses")
struct TextDeliveryTests {
    @Test("reaches the same result for any order of reports")
    func order() {
        let reports: [TextDelivery.Report] = [.underway, .failed, .delivered, .underway, .failed]
        var ends: Set<String> = []
        for permutation in permutations(reports) { ends.insert(end(after: permutation)) }
        #expect(ends == ["sent delivered"])
        #expect(Set(permutations([.underway, .failed, .failed]).map { end(after: $0) }) == ["failed"])
    }

    @Test("changes an unknown text message after any report", arguments: [TextDelivery.Report.underway, .delivered])
    func unknown(report: TextDelivery.Report) {
        #expect(TextDelivery.change(of: .unknown, isDelivered: false, by: report) != .none)
        #expect(TextDelivery.change(of: .unknown, isDelivered: false, by: .failed) == .failed)
    }

    @Test(
        "ignores reports on a text message that is not sent yet",
        arguments: [TextDelivery.Status.queued, .attempting, .skipped])
    func early(status: TextDelivery.Status) {
        for report in [TextDelivery.Report.underway, .delivered, .failed] {
            #expect(TextDelivery.change(of: status, isDelivered: false, by: report) == .none)
        }
    }

    private func end(after reports: [TextDelivery.Report]) -> String {
        var (status, isDelivered) = (TextDelivery.Status.sent, false)
        for report in reports {
            switch TextDelivery.change(of: status, isDelivered: isDelivered, by: report) {
            case .none: break
            case .sent: status = .sent
            case .delivered: (status, isDelivered) = (.sent, true)
            case .failed: (status, isDelivered) = (.failed, false)
            }
        }
        return status.rawValue + (isDelivered ? " delivered" : "")
    }

    private func permutations(_ reports: [TextDelivery.Report]) -> [[TextDelivery.Report]] {
        guard reports.count > 1 else { return [reports] }
        return reports.indices.flatMap { index in
            var rest = reports
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }
}
