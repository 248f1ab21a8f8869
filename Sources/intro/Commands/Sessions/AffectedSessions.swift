import Booking

/// The sessions to come that a change affects, as the desk is told of them: they stay booked until somebody acts.
struct AffectedSessions {
    let sessions: [Session]
    /// What to say of one or of several, such as "1 session to come is affected; reschedule or cancel each:".
    let heading: String
    /// What changed for a session.
    let remark: (Session) -> String

    /// Sessions that cannot take place as booked.
    init(_ sessions: [Session], remark: @escaping (Session) -> String = { $0.affected?.words ?? "" }) {
        self.init(
            sessions,
            heading: Self.counted(sessions, "is affected", "are affected") + "; reschedule or cancel each:",
            remark: remark)
    }

    private init(_ sessions: [Session], heading: String, remark: @escaping (Session) -> String) {
        self.sessions = sessions
        self.heading = heading
        self.remark = remark
    }

    /// Sessions at the studio that was a trainer's home.
    static func atFormerStudio(_ sessions: [Session]) -> AffectedSessions {
        let studio = sessions.first?.studio.name ?? ""
        return AffectedSessions(
            sessions, heading: Self.counted(sessions, "stays", "stay") + " at \(studio); reschedule or cancel each:",
            remark: { $0.affected?.words ?? "" })
    }

    /// Sessions whose studio has another time zone now.
    static func withNewTimeZone(_ sessions: [Session], from clock: StudioClock) -> AffectedSessions {
        AffectedSessions(
            sessions,
            heading: Self.counted(sessions, "has", "have")
                + " another local time now; tell each client, or reschedule or cancel each:",
            remark: { "was \(clock.text($0.startsAt))" })
    }

    private static func counted(_ sessions: [Session], _ one: String, _ several: String) -> String {
        "\(intro.counted(sessions.count, "session")) to come \(sessions.count == 1 ? one : several)"
    }

    /// A text and then the sessions; the text alone where there are none.
    func text(after text: String, colored: Bool) -> String {
        guard !sessions.isEmpty else { return text }
        let table = Table(
            ["SESSION", "START", "CLIENT", "TRAINER", "WHY"].map { Table.Column($0) },
            rows: sessions.map { session in
                [
                    session.reference.description, session.localStart, session.client.name, session.trainer.name,
                    remark(session),
                ]
            })
        return """
            \(text)

            \(heading.visible)
            \(table.text(colored: colored))
            use `intro reschedule REF --at TIME` or `intro cancel REF`
            """
    }
}
