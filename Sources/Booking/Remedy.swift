extension Refusal {
    /// The alternative for the caller; the user interface words it.
    public enum Remedy: Sendable, Hashable {
        /// An instruction that does not depend on the user interface.
        case instruction(TimedText)

        /// Request the studio where the trainer works, or another trainer.
        case chooseStudio(StudioChange)
        /// Move the session to the studio where the trainer works, or request another trainer.
        case moveToStudio(StudioChange, Reference)
        /// Request a trainer by name, whose hours an override waives.
        case requestTrainer(studio: String)
        /// Set weekly hours at the studio for an active trainer.
        case assignTrainer(studio: String)
        /// Choose another time; for requests that have no override.
        case chooseOtherTime(studio: String)
        /// Book a new session for the client at another time; a correction keeps the session's time.
        case bookAgain(Client.ID, studio: String)
        /// Check the trainer's weekly hours, or waive them with an override.
        case checkTrainerHours(handle: String)
        /// Set the weekly hours of a trainer of the studio.
        case setTrainerHours
        /// Choose a start on the studio's grid, or waive the grid with an override.
        case chooseOfferedStart
        /// Choose a day on which the studio is open.
        case chooseOpenDay(studio: String)
        /// Choose one of the studio's free slots.
        case chooseFreeSlot(studio: String)
        /// Choose another day, or waive the daily limit with an override.
        case chooseDay
        /// Choose another day or trainer, or waive the daily limit with an override.
        case chooseDayOrTrainer
        /// Choose a later time, or waive the notice with an override.
        case chooseLaterTime
        /// Choose a later time, or record a past session with an override.
        case recordPastSession
        /// Choose an earlier time, or waive the horizon with an override.
        case chooseEarlierTime

        /// Waive the limit of no-shows with an override.
        case overrideNoShows
        /// Offer a membership consultation, or grant another free session with an override.
        case offerMembership
        /// Mark the earlier session of the client before booking another.
        case markPriorSession(Reference)
        /// Move the booked session of the client.
        case movePriorSession(Reference)
        /// Grant a free session beside that of a person with the same contact with an override.
        case overrideSharedContact
        /// Find the free session of the person, or grant another with an override.
        case findPriorSession

        /// Cancel or correct the other session of the person before this one is corrected.
        case resolveOtherSession
        /// Mark the session after its start, or before it with an override.
        case markAfterStart
        /// Mark a session that has begun.
        case markSession(Reference)
        /// Mark a session that has begun, or cancel it on behalf of the studio.
        case markOrCancelForStudio(Reference)
        /// Correct the status of a session that was marked or cancelled.
        case correctSession(Reference, status: Session.Status)
        /// Check the session's status.
        case checkSession
        /// Confirm or correct the client.
        case resolveName(Identification.NameConflict)
        /// Cancel the session that is to come.
        case cancelSession(Reference)
        /// Find the client, or add a new one.
        case findClient
        /// Check the client that has the contact.
        case checkClient(Client.ID)
        /// Find the client by the e-mail address.
        case findClientByEmail
        /// Choose from the list of the reminder rules.
        case listRules
        /// Choose from the list of the studios.
        case listStudios
        /// Choose from the list of the trainers.
        case listTrainers
        /// Choose from the list of messages with an unknown outcome.
        case listUnknownMessages

        /// The studio where a requested trainer works, and the requested one.
        public struct StudioChange: Sendable, Hashable {
            /// The handle of the studio where the trainer works.
            public let studio: String
            /// The trainer's handle.
            public let trainer: String
            /// The handle of the studio that was requested.
            public let present: String

            /// Creates a change.
            public init(studio: String, trainer: String, present: String) {
                self.studio = studio
                self.trainer = trainer
                self.present = present
            }
        }
    }

    /// Returns the refusal of a request that has no override.
    ///
    /// - Parameter studio: The handle of the studio whose free slots are offered instead.
    /// - Returns: The same refusal, without a remedy that is an override.
    public func withoutOverride(at studio: String) -> Refusal {
        switch remedy {
        case .checkTrainerHours, .chooseOfferedStart, .chooseDay, .chooseDayOrTrainer, .chooseLaterTime,
            .recordPastSession, .chooseEarlierTime:
            withRemedy(.chooseOtherTime(studio: studio))
        default: self
        }
    }

    /// Returns the refusal of the move of a session.
    ///
    /// - Parameter reference: The session's reference.
    /// - Returns: The same refusal, with the move to the trainer's studio as the remedy where another was requested.
    public func ofMove(_ reference: Reference) -> Refusal {
        guard case .chooseStudio(let change) = remedy else { return self }
        return withRemedy(.moveToStudio(change, reference))
    }
}
