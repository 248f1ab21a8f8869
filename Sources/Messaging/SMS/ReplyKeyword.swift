/// The action that a person's reply to a text message requests.
///
/// Only a reply that consists of exactly one known keyword is acted on. Any other reply is for staff to read; where it
/// may be an opt-out, it must be read before anything else is sent.
public enum ReplyKeyword: String, Hashable, Sendable {
    /// An opt-out from text messages.
    case optOut = "opt_out"
    /// An opt-out, because carriers require it for this keyword, although the sender may mean the session.
    case cancel
    /// A possible opt-out, which staff must read before the next text message is sent.
    case possibleOptOut = "possible_opt_out"
    /// An opt-in after an opt-out.
    case optIn = "opt_in"
    /// A request for the sender's identity and the way to opt out.
    case help
    /// A confirmation of the session.
    case confirm
    /// A request for a call from the front desk, for example to reschedule.
    case callMe = "call_me"
    /// Any other reply, for staff to read.
    case other

    /// Reads a reply.
    ///
    /// Case, accents, white space, punctuation, emoji, full-width forms and invisible characters are ignored.
    ///
    /// - Parameter text: The body of the inbound text.
    public init(_ text: String) {
        self = Self.meanings[text.normalizedLetters] ?? (OptOutPhrases.occur(in: text) ? .possibleOptOut : .other)
    }

    private static let meanings = Dictionary(
        keywords.flatMap { word, spellings in spellings.map { ($0, word) } }, uniquingKeysWith: { first, _ in first })

    /// The keywords, normalized by `normalizedLetters`.
    ///
    /// The opt-out keywords are those of 47 CFR 64.1200(a)(10) and of Twilio, with Spanish equivalents. An ambiguous
    /// keyword counts as an opt-out: CANCEL stops text messages without cancelling the session, and the front desk has
    /// to ask. YES is an opt-in keyword at some carriers, so it does not confirm a session.
    private static let keywords: [(ReplyKeyword, Set<String>)] = [
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
    /// The letters and digits of this text, in upper case and without accents.
    fileprivate var normalizedLetters: String {
        let letters = unicodeScalars.lazy.map(\.halfWidth).filter { $0.properties.isAlphabetic || $0.isDigit }
        return String(String.UnicodeScalarView(letters.map(\.withoutAccent))).uppercased()
    }

    /// The words of this text, in upper case and without accents and apostrophes.
    var normalizedWords: [String] {
        let kept = unicodeScalars.lazy.map(\.halfWidth).filter {
            !$0.properties.isDefaultIgnorableCodePoint && !$0.properties.isDiacritic && $0 != "'" && $0 != "\u{2019}"
        }
        let plain = String(String.UnicodeScalarView(kept.map(\.withoutAccent))).uppercased()
        return plain.unicodeScalars.split { !$0.properties.isAlphabetic && !$0.isDigit }.map { String($0) }
    }
}

extension Unicode.Scalar {
    /// The standard form of a full-width character, as East Asian keyboards enter it (U+FF01 to U+FF5E).
    fileprivate var halfWidth: Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(value) else { return self }
        return Unicode.Scalar(value - 0xFEE0) ?? self
    }

    fileprivate var isDigit: Bool { properties.generalCategory == .decimalNumber }

    /// The base letter of an accented Spanish or French letter; combining accents are not letters and are filtered
    /// before.
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

/// The words and phrases that make a reply a possible opt-out.
///
/// An opt-out in any reasonable form is valid (47 CFR 64.1200(a)(10)). A false positive costs the front desk little
/// and a missed opt-out costs more, so doubtful replies count as possible opt-outs.
enum OptOutPhrases {
    /// The maximum number of words that are examined.
    private static let maximumWords = 300

    /// Returns whether a reply that is not a keyword may be an opt-out.
    static func occur(in text: String) -> Bool {
        if symbols.contains(where: { text.contains($0) }) { return true }
        let words = Array(text.normalizedWords.prefix(maximumWords))
        var line = " " + words.joined(separator: " ") + " "
        for phrase in harmlessPhrases { line = line.replacing(" \(phrase) ", with: " ") }
        let rest = line.split(separator: " ").map(String.init)
        if rest.contains(where: { isStop($0) || unambiguousWords.contains($0) }) { return true }
        if phrases.contains(where: { line.contains(" \($0) ") }) || forbidsWriting(rest) { return true }
        let isAboutSession = rest.contains { sessionWords.contains($0) }
        if !isAboutSession, rest.contains(where: { cancelWords.contains($0) }) { return true }
        return rest.contains { ambiguousWords.contains($0) } && rest.contains { textWords.contains($0) }
    }

    /// Returns whether a word is STOP or a variant such as STOPP, STOPSTOP, STOP2END and UNSUSCRIBE, but not STOPPED
    /// or STOPOVER.
    private static func isStop(_ word: String) -> Bool {
        if word.hasPrefix("UNSUB") || word.hasPrefix("UNSUS") { return true }
        guard word.hasPrefix("STOP") else { return ["SOTP", "STPO", "TSOP"].contains(word) }
        return !["STOPPED", "STOPPING", "STOPOVER", "STOPS", "STOPLIGHT", "STOPWATCH", "STOPPER"].contains(word)
    }

    /// Returns whether the words contain a Spanish request not to write, such as "no me escribas": `no`, optional
    /// pronouns, and a form of a verb for writing.
    private static func forbidsWriting(_ words: [String]) -> Bool {
        words.indices.contains { index in
            guard words[index] == "NO" else { return false }
            let rest = words[(index + 1)...].drop { ["ME", "NOS", "LE", "LES"].contains($0) }
            guard let verb = rest.first else { return false }
            return writingStems.contains { verb.hasPrefix($0) && verb.count <= $0.count + 2 }
        }
    }

    private static let writingStems = ["MAND", "ENVI", "ESCRIB", "MOLEST", "CONTACT", "MENSAJE"]

    /// Phrases that contain an opt-out word but do not concern text messages.
    private static let harmlessPhrases = [
        "STOP BY", "STOP IN", "STOP AT", "STOP OVER", "STOP SIGN", "BUS STOP", "TRAIN STOP", "SUBWAY STOP",
        "METRO STOP",
        "TRAM STOP", "NEXT STOP", "NON STOP", "CANT STOP", "WONT STOP", "NO MORE THAN", "NO MORE QUESTIONS",
        "PLANTA BAJA",
    ]

    /// Words that indicate an opt-out by themselves, in English, Spanish, French, German, Portuguese, Russian and
    /// Tagalog.
    private static let unambiguousWords: Set<String> = [
        "OPTOUT", "REVOKE", "SPAM", "HARASSING", "HARASSMENT", "ARRET", "ARRETE", "ARRETER", "ARRETEZ", "DESABONNER",
        "DESABONNEZ", "DESINSCRIRE", "DESINSCRIVEZ", "ALTO", "BAJA", "PARAR", "PAREN", "PARE", "BASTA", "DETENER",
        "DETENGA", "DETENGAN", "REVOCAR", "ABMELDEN", "AUFHOREN", "SAIR", "TIGIL", "HINTO", "СТОП", "QUITAME",
        "QUITEME",
        "QUITENME", "SACAME", "SAQUEME", "SAQUENME", "BORRAME", "BORREME", "BORRENME", "ELIMINAME", "ELIMINEME",
        "ELIMINENME",
    ]

    private static let phrases = [
        "OPT OUT", "OPT ME OUT", "OPTING OUT", "OPTED OUT", "REMOVE ME", "REMOVE MY", "TAKE ME OFF", "DELETE ME",
        "DELETE MY NUMBER", "LOSE MY NUMBER", "LEAVE ME ALONE", "WRONG NUMBER", "WRONG PERSON", "NO MORE",
        "NOT INTERESTED", "NOT TEXT", "NOT MESSAGE", "NOT CONTACT", "NOT SEND", "NOT WANT", "DONT TEXT", "DONT MESSAGE",
        "DONT CONTACT", "DONT SEND", "DONT WANT ANY", "DONT WANT MORE", "DONT WANT TEXTS", "DONT WANT MESSAGES",
        "DONT WANT THESE", "DONT WANT YOUR", "NEVER TEXT", "NO TEXTS", "NO MESSAGES", "END TEXTS", "END MESSAGES",
        "NO MAS", "NO QUIERO MAS", "NO QUIERO MENSAJES", "NO QUIERO RECIBIR", "NO QUIERO QUE ME", "NO DESEO",
        "DEJAR DE",
        "DEJEN DE", "DEJE DE", "DEJA DE", "BORREN MI", "NUMERO EQUIVOCADO", "NO ME INTERESA", "PLUS DE MESSAGES",
        "PLUS DE TEXTOS", "NE PLUS", "KEINE SMS", "KEINE NACHRICHTEN",
    ]

    /// Words that indicate an opt-out only together with a word for text messages.
    private static let ambiguousWords: Set<String> = [
        "QUIT", "ENOUGH", "REMOVE", "DELETE", "CEASE", "REPORT", "HATE", "BLOCK", "CANCEL", "CANCELAR", "ELIMINAR",
    ]

    private static let textWords: Set<String> = [
        "TEXT", "TEXTS", "TEXTING", "MESSAGE", "MESSAGES", "MESSAGING", "MSG", "MSGS", "SMS", "CONTACT", "CONTACTING",
        "SUBSCRIPTION", "MENSAJE", "MENSAJES", "TEXTOS",
    ]

    private static let cancelWords: Set<String> = ["CANCEL", "CANCELAR", "CANCELA", "CANCELE", "CANCELEN"]

    /// Words that refer to the session instead of text messages.
    private static let sessionWords: Set<String> = [
        "SESSION", "SESSIONS", "APPOINTMENT", "APPT", "APT", "BOOKING", "RESERVATION", "VISIT", "CLASS", "TRAINING",
        "WORKOUT", "MEETING", "TOMORROW", "TODAY", "CITA", "SESION", "RESERVA", "CLASE", "ENTRENAMIENTO", "MANANA",
        "MAÑANA",
    ]

    private static let symbols = ["🛑", "退订", "退訂", "停止"]
}
