import Booking

extension Console {
    /// Points at sessions that a change leaves where they are: whoever made it has to move them or call them off.
    ///
    /// - Parameters:
    ///   - sessions: Sessions that are booked.
    ///   - when: When they are, to be read after "are booked".
    func note(booked sessions: [Session], _ when: String) {
        guard !sessions.isEmpty else { return }
        let count = sessions.count == 1 ? "1 session is" : "\(sessions.count) sessions are"
        let references = sessions.map(\.reference.description).joined(separator: " ")
        note(
            """
            \(count) booked \(when): \(references)
            move with `intro reschedule REF --at TIME`, or call off with `intro cancel REF`
            """)
    }
}
