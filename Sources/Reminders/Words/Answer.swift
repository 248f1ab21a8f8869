import Booking
import Messaging

/// What is said to somebody who answered a text with a word that is understood.
struct Answer {
    /// The studio, or the chain where no studio is meant.
    let studio: String
    /// The front desk's phone.
    let phone: WrittenPhones.Phone?

    /// What templates may speak of.
    var values: [String: TemplateValue] {
        AnswerWord.values { word in
            switch word {
            case .studio: .text(studio)
            case .phone: .optional(phone?.unbroken)
            case .phoneNumber: .optional(phone?.number.e164)
            }
        }
    }
}
