/// What a person's answer to a text asks for.
///
/// Only an answer that is nothing but one of the known words is acted on. A sentence is for a person to read; where it may
/// be an opt-out, that matters before anything else is sent.
public enum ReplyKeyword: String, Hashable, Sendable {
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
        self = Self.meanings[text.normalizedLetters] ?? (OptOutPhrases.mayBeMeant(by: text) ? .possibleOptOut : .other)
    }

    private static let meanings = Dictionary(
        words.flatMap { word, spellings in spellings.map { ($0, word) } }, uniquingKeysWith: { first, _ in first })

    /// The words as `normalizedLetters` leaves them.
    ///
    /// The opt-out words are those of 47 CFR 64.1200(a)(10) and of Twilio, with their Spanish kin; doubt decides for
    /// silence, so CANCEL ends the texts and not the session, and leaves the desk to ask. YES opts in at some carriers, so it confirms nothing.
    private static let words: [(ReplyKeyword, Set<String>)] = [
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

/// The words by which a sentence may be an opt-out.
///
/// Any reasonable way of saying so counts (47 CFR 64.1200(a)(10)). A sentence that only sounds like one costs the desk a
/// look; one that is overheard costs more, so in doubt a person reads it.
enum OptOutPhrases {
    /// Longer texts are not read to their end.
    private static let maximumWords = 300

    /// Whether a text that is none of the known words may be an opt-out.
    static func mayBeMeant(by text: String) -> Bool {
        if symbols.contains(where: { text.contains($0) }) { return true }
        let words = Array(text.normalizedWords.prefix(maximumWords))
        var line = " " + words.joined(separator: " ") + " "
        for phrase in harmlessPhrases { line = line.replacing(" \(phrase) ", with: " ") }
        let rest = line.split(separator: " ").map(String.init)
        if rest.contains(where: { isStop($0) || unambiguousWords.contains($0) }) { return true }
        if phrases.contains(where: { line.contains(" \($0) ") }) { return true }
        let isAboutSession = rest.contains { sessionWords.contains($0) }
        if !isAboutSession, rest.contains(where: { cancelWords.contains($0) }) { return true }
        return rest.contains { ambiguousWords.contains($0) } && rest.contains { textWords.contains($0) }
    }

    /// STOP and what is typed for it, such as STOPP, STOPSTOP, STOP2END and UNSUSCRIBE; but not STOPPED or STOPOVER.
    private static func isStop(_ word: String) -> Bool {
        if word.hasPrefix("UNSUB") || word.hasPrefix("UNSUS") { return true }
        guard word.hasPrefix("STOP") else { return ["SOTP", "STPO", "TSOP"].contains(word) }
        return !["STOPPED", "STOPPING", "STOPOVER", "STOPS", "STOPLIGHT", "STOPWATCH", "STOPPER"].contains(word)
    }

    /// What says nothing of texts although it has such a word in it.
    private static let harmlessPhrases = [
        "STOP BY", "STOP IN", "STOP AT", "STOP OVER", "STOP SIGN", "BUS STOP", "TRAIN STOP", "SUBWAY STOP",
        "METRO STOP",
        "TRAM STOP", "NEXT STOP", "NON STOP", "CANT STOP", "WONT STOP", "NO MORE THAN", "NO MORE QUESTIONS",
        "PLANTA BAJA",
    ]

    /// Words that leave little doubt, in English, Spanish, French, German, Portuguese and Tagalog.
    private static let unambiguousWords: Set<String> = [
        "OPTOUT", "REVOKE", "SPAM", "HARASSING", "HARASSMENT", "ARRET", "ARRETE", "ARRETER", "ARRETEZ", "DESABONNER",
        "DESABONNEZ", "DESINSCRIRE", "DESINSCRIVEZ", "ALTO", "BAJA", "PARAR", "PAREN", "PARE", "BASTA", "DETENER",
        "DETENGA", "DETENGAN", "REVOCAR", "ABMELDEN", "AUFHOREN", "SAIR", "TIGIL", "HINTO",
    ]

    private static let phrases = [
        "OPT OUT", "OPT ME OUT", "OPTING OUT", "OPTED OUT", "REMOVE ME", "REMOVE MY", "TAKE ME OFF", "DELETE ME",
        "DELETE MY NUMBER", "LOSE MY NUMBER", "LEAVE ME ALONE", "WRONG NUMBER", "WRONG PERSON", "NO MORE",
        "NOT INTERESTED", "NOT TEXT", "NOT MESSAGE", "NOT CONTACT", "NOT SEND", "NOT WANT", "DONT TEXT", "DONT MESSAGE",
        "DONT CONTACT", "DONT SEND", "DONT WANT ANY", "DONT WANT MORE", "DONT WANT TEXTS", "DONT WANT MESSAGES",
        "DONT WANT THESE", "DONT WANT YOUR", "NEVER TEXT", "NO TEXTS", "NO MESSAGES", "END TEXTS", "END MESSAGES",
        "NO MAS", "NO ME MANDE", "NO ME MANDEN", "NO ME ENVIE", "NO ME ENVIEN",
        "NO ME ESCRIBA", "NO ME ESCRIBAN", "NO ME MOLESTE", "NO ME MOLESTEN", "NO ENVIEN", "NO MANDEN", "DEJEN DE",
        "DEJE DE", "DEJA DE", "QUITENME", "BORREN MI", "NUMERO EQUIVOCADO", "NO ME INTERESA", "PLUS DE MESSAGES",
        "PLUS DE TEXTOS", "NE PLUS", "KEINE SMS", "KEINE NACHRICHTEN",
    ]

    /// Words that say so only together with a word for texts.
    private static let ambiguousWords: Set<String> = [
        "QUIT", "ENOUGH", "REMOVE", "DELETE", "CEASE", "REPORT", "HATE", "BLOCK", "CANCEL", "CANCELAR", "ELIMINAR",
    ]

    private static let textWords: Set<String> = [
        "TEXT", "TEXTS", "TEXTING", "MESSAGE", "MESSAGES", "MESSAGING", "MSG", "MSGS", "SMS", "CONTACT", "CONTACTING",
        "SUBSCRIPTION", "MENSAJE", "MENSAJES", "TEXTOS",
    ]

    private static let cancelWords: Set<String> = ["CANCEL", "CANCELAR", "CANCELA", "CANCELE", "CANCELEN"]

    /// Who speaks of the session means the session.
    private static let sessionWords: Set<String> = [
        "SESSION", "SESSIONS", "APPOINTMENT", "APPT", "APT", "BOOKING", "RESERVATION", "VISIT", "CLASS", "TRAINING",
        "WORKOUT", "MEETING", "TOMORROW", "TODAY", "CITA", "SESION", "RESERVA", "CLASE", "ENTRENAMIENTO", "MANANA",
        "MAÑANA",
    ]

    private static let symbols = ["🛑", "退订", "退訂", "停止"]
}
