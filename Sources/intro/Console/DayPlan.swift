import Booking

/// Sessions by day, as a trainer likes to read them: free days are shown as free.
struct DayPlan {
    let heading: String
    let dates: [LocalDate]
    let sessions: [Session]
    let clock: StudioClock
    var namesTrainers = false

    /// The days as lines.
    func text(colored: Bool) -> String {
        let byDate = Dictionary(grouping: sessions) { clock.date(of: $0.startsAt) }
        let names = sessions.map { displayWidth(name($0)) }.max() ?? 0
        var lines = [Style.bold(heading.visible, when: colored)]
        for date in dates {
            lines.append("")
            lines.append(Style.bold("\(date.weekday.title) \(date)", when: colored))
            let day = byDate[date] ?? []
            lines += day.isEmpty ? [Style.dim("  free", when: colored)] : day.map { line($0, names: names) }
        }
        return lines.joined(separator: "\n")
    }

    private func name(_ session: Session) -> String {
        (namesTrainers ? "\(session.trainer.name): \(session.client.name)" : session.client.name).visible
    }

    private func line(_ session: Session, names: Int) -> String {
        // A session at another studio reads in that studio's time, and says so.
        let own = session.studio.clock
        let hours = "\(own.time(of: session.startsAt))-\(own.time(of: session.endsAt))"
        let zone =
            own.identifier == clock.identifier
            ? "" : "  \(own.abbreviation(session.startsAt)) at \(session.studio.name.visible)"
        return "  \(hours)  \(name(session).padded(to: names))  \(session.status.words.padded(to: 9))"
            + "  \(session.reference)\(zone)"
    }
}
