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
        let words = Array(text.bareWords.prefix(maximumWords))
        var line = " " + words.joined(separator: " ") + " "
        for phrase in harmless { line = line.replacing(" \(phrase) ", with: " ") }
        let rest = line.split(separator: " ").map(String.init)
        if rest.contains(where: { isStop($0) || clear.contains($0) }) { return true }
        if phrases.contains(where: { line.contains(" \($0) ") }) { return true }
        let isAboutSession = rest.contains { sessionWords.contains($0) }
        if !isAboutSession, rest.contains(where: { cancelWords.contains($0) }) { return true }
        return rest.contains { weak.contains($0) } && rest.contains { textWords.contains($0) }
    }

    /// STOP and what is typed for it, such as STOPP, STOPSTOP, STOP2END and UNSUSCRIBE; but not STOPPED or STOPOVER.
    private static func isStop(_ word: String) -> Bool {
        if word.hasPrefix("UNSUB") || word.hasPrefix("UNSUS") { return true }
        guard word.hasPrefix("STOP") else { return ["SOTP", "STPO", "TSOP"].contains(word) }
        return !["STOPPED", "STOPPING", "STOPOVER", "STOPS", "STOPLIGHT", "STOPWATCH", "STOPPER"].contains(word)
    }

    /// What says nothing of texts although it has such a word in it.
    private static let harmless = [
        "STOP BY", "STOP IN", "STOP AT", "STOP OVER", "STOP SIGN", "BUS STOP", "TRAIN STOP", "SUBWAY STOP",
        "METRO STOP",
        "TRAM STOP", "NEXT STOP", "NON STOP", "CANT STOP", "WONT STOP", "NO MORE THAN", "NO MORE QUESTIONS",
        "PLANTA BAJA",
    ]

    /// Words that leave little doubt, in English, Spanish, French, German, Portuguese and Tagalog.
    private static let clear: Set<String> = [
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
    private static let weak: Set<String> = [
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
