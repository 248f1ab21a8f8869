/// What a person's answer to a text asks for.
///
/// Only an answer that is nothing but one of the known words is acted on. A sentence is for a person to read; where it may
/// be an opt-out, that matters before anything else is sent.
public enum ReplyWord: String, Hashable, Sendable {
    /// No more texts.
    case optOut = "opt_out"
    /// No more texts, as carriers demand of this word; whoever writes it may mean the session.
    case cancel
    /// Something that may be an opt-out, for a person to read before the next text goes out.
    case possibleOptOut = "possible_opt_out"
    /// Texts again, after an opt-out.
    case optIn = "opt_in"
    /// Who is writing, and how to stop it.
    case help
    /// The session is confirmed.
    case confirm
    /// The desk should call: to move the session, or whatever else.
    case callMe = "call_me"
    /// Something else, for a person to read.
    case other

    /// Reads an answer.
    ///
    /// Case, accents, white space, punctuation, emoji, full-width and invisible characters make no difference.
    ///
    /// - Parameter text: The body of the inbound text.
    public init(_ text: String) {
        self = Self.meanings[text.bareLetters] ?? (OptOutPhrases.mayBeMeant(by: text) ? .possibleOptOut : .other)
    }

    private static let meanings = Dictionary(
        words.flatMap { word, spellings in spellings.map { ($0, word) } }, uniquingKeysWith: { first, _ in first })

    /// The words as `bareLetters` leaves them.
    ///
    /// The opt-out words are those of 47 CFR 64.1200(a)(10) and of Twilio, with their Spanish kin; doubt decides for
    /// silence, so CANCEL ends the texts and not the session, and leaves the desk to ask. YES opts in at some carriers, so it confirms nothing.
    private static let words: [(ReplyWord, Set<String>)] = [
        (
            .optOut,
            [
                "STOP", "STOPALL", "QUIT", "END", "REVOKE", "OPTOUT", "UNSUBSCRIBE", "PLEASESTOP", "STOPPLEASE",
                "STOPTEXTING", "STOPTEXTINGME", "OPTMEOUT", "UNSUBSCRIBEME", "REMOVEME", "ALTO", "PARAR", "PARE",
                "BAJA",
                "DARDEBAJA", "DETENER", "SALIR", "REVOCAR", "BASTA",
            ]
        ),
        (.cancel, ["CANCEL", "CANCELAR"]),
        (.optIn, ["START", "UNSTOP", "OPTIN", "ALTA", "INICIAR", "EMPEZAR", "COMENZAR"]),
        (.help, ["HELP", "INFO", "AYUDA", "INFORMACION"]),
        (
            .confirm,
            ["C", "CONFIRM", "CONFIRMED", "CONFIRMAR", "CONFIRMO", "CONFIRMA", "CONFIRMADO", "CONFIRMADA"]
        ),
        (
            .callMe,
            [
                "R", "CALL", "CALLME", "PLEASECALL", "PLEASECALLME", "RESCHEDULE", "LLAMAR", "LLAMAME", "LLAMEME",
                "LLAMENME", "REPROGRAMAR", "CAMBIAR",
            ]
        ),
    ]
}

extension String {
    /// The letters and digits of this text, in upper case and without their accents.
    fileprivate var bareLetters: String {
        let letters = unicodeScalars.lazy.map(\.halfWidth).filter { $0.properties.isAlphabetic || $0.isDigit }
        return String(String.UnicodeScalarView(letters.map(\.withoutAccent))).uppercased()
    }

    /// The words of this text, in upper case and without accents and apostrophes.
    var bareWords: [String] {
        let kept = unicodeScalars.lazy.map(\.halfWidth).filter {
            !$0.properties.isDefaultIgnorableCodePoint && !$0.properties.isDiacritic && $0 != "'" && $0 != "\u{2019}"
        }
        let plain = String(String.UnicodeScalarView(kept.map(\.withoutAccent))).uppercased()
        return plain.unicodeScalars.split { !$0.properties.isAlphabetic && !$0.isDigit }.map { String($0) }
    }
}

extension Unicode.Scalar {
    /// The usual form of a full-width sign, as East Asian keyboards write it (U+FF01 to U+FF5E).
    fileprivate var halfWidth: Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(value) else { return self }
        return Unicode.Scalar(value - 0xFEE0) ?? self
    }

    fileprivate var isDigit: Bool { properties.generalCategory == .decimalNumber }

    /// The plain letter of those that Spanish and French accent; a combining accent is no letter, and is gone already.
    fileprivate var withoutAccent: Unicode.Scalar {
        switch self {
        case "á", "à", "Á", "À": "A"
        case "é", "è", "ê", "É", "È", "Ê": "E"
        case "í", "ì", "Í", "Ì": "I"
        case "ó", "ò", "Ó", "Ò": "O"
        case "ú", "ù", "ü", "û", "Ú", "Ù", "Ü", "Û": "U"
        default: self
        }
    }
}
