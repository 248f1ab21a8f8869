import Booking
import FoundationEssentials

/// A trainer as JSON has it.
struct TrainerRecord: Encodable {
    let handle: String
    let name: String
    /// The home studio's id.
    let studio: String
    @Null var email: String?
    @Null var phone: String?
    @Null var dailyLimit: Int32?
    @Null var retiredAt: Date?
    /// Only where one trainer is shown.
    var hours: [HoursRecord]?
    /// Only where one trainer is shown: absences that are not over yet.
    var away: [AbsenceRecord]?
    /// Only where the trainer was retired just now: references of the sessions that are booked still.
    var booked: [String]?
    /// Only where the trainer was changed just now: the sessions to come that this affects.
    var affected: [SessionRecord]?

    init(_ trainer: Trainer) {
        handle = trainer.handle.text
        name = trainer.name
        studio = trainer.homeStudio.text
        email = trainer.email?.address
        phone = trainer.phone?.e164
        dailyLimit = trainer.dailyLimit
        retiredAt = trainer.retiredAt
    }
}
