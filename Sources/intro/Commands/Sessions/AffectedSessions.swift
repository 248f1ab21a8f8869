import Booking

/// The upcoming sessions that a change affects; they stay booked until the desk reschedules or cancels them.
struct AffectedSessions {
    let sessions: [Session]
    /// The heading, such as "1 upcoming session is affected; reschedule or cancel each:".
    let heading: String
    /// Returns the effect of the change on a session.
    let remark: (Session) -> TimedText

    /// Creates the list of sessions that cannot take place as booked.
    init(_ sessions: [Session], remark: @escaping (Session) -> TimedText = { TimedText($0.affected?.words ?? "") }) {
        self.init(
            sessions,
            heading: Self.counted(sessions, "is affected", "are affected") + "; reschedule or cancel each:",
            remark: remark)
    }

    private init(_ sessions: [Session], heading: String, remark: @escaping (Session) -> TimedText) {
        self.sessions = sessions
        self.heading = heading
        self.remark = remark
    }

    /// Creates the list of sessions at a trainer's former home studio.
    static func atFormerStudio(_ sessions: [Session]) -> AffectedSessions {
        let studio = sessions.first?.studio.name ?? ""
        return AffectedSessions(
            sessions, heading: Self.counted(sessions, "stays", "stay") + " at \(studio); reschedule or cancel each:",
            remark: { TimedText($0.affected?.words ?? "") })
    }

    /// Creates the list of sessions at a studio with a new time zone.
    static func withNewTimeZone(_ sessions: [Session], from clock: StudioClock) -> AffectedSessions {
        AffectedSessions(
            sessions,
            heading: Self.counted(sessions, "has", "have")
                + " another local time now; tell each client, or reschedule or cancel each:",
            remark: { "was \($0.startsAt, on: clock)" })
    }

    /// Creates the list of sessions that a reversed change no longer prevents; another reason may remain.
    static func possibleAgain(_ sessions: [Session]) -> AffectedSessions {
        AffectedSessions(
            sessions, heading: Self.counted(sessions, "is", "are") + " booked there; check each:",
            remark: { TimedText($0.affected?.words ?? "can take place") })
    }

    private static func counted(_ sessions: [Session], _ one: String, _ several: String) -> String {
        "\(intro.counted(sessions.count, "upcoming session")) \(sessions.count == 1 ? one : several)"
    }

    /// Returns a text followed by the sessions; only the text if there are none.
    func text(after text: String, on console: Console) -> String {
        guard !sessions.isEmpty else { return text }
        let table = Table(
            [.exact("SESSION"), .exact("START"), .init("CLIENT"), .init("TRAINER"), .code("WHY")],
            rows: sessions.map { session in
                [
                    session.reference.description, console.start(of: session), session.client.name,
                    session.trainer.name, remark(session).text(in: console.times),
                ]
            })
        return """
            \(text)

            \(heading.visible)
            \(table.text(on: console))
            use `intro reschedule REF --at TIME` or `intro cancel REF`
            """
    }
}
