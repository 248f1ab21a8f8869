extension Refusal {
    /// What the caller can do instead; the user interface words it.
    public enum Remedy: Sendable, Hashable {
        /// An instruction that does not depend on the user interface.
        case instruction(TimedText)

        /// Choose a trainer who works at the studio.
        case chooseTrainer(studio: String, handle: String)
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
    }
}
