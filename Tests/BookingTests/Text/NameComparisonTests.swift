import Booking
import SeededRandom
import Testing

@Suite("Name comparison")
struct NameComparisonTests {
    @Test(
        "names that differ in accents, case, punctuation and word order are equal",
        arguments: [
            ("José Núñez", "JOSE NUNEZ"), ("José Núñez", "Nun\u{303}ez, Jose\u{301}"), ("Işıl Yıldız", "isil yildiz"),
            ("IŞIL YILDIZ", "ışıl yıldız"), ("İpek", "ipek"), ("Nguyễn Thị Minh", "minh thi nguyen"),
            ("Sinéad O'Brien", "sinead o’brien"), ("OBrien", "O'Brien"), ("D’Arcy", "d´arcy"),
            ("Mary-Jane Lee", "Mary Jane Lee"),
            ("MaryJane Lee", "Mary-Jane Lee"), ("Müller", "Muller"), ("Müller", "Mueller"),
            ("Jürgen Groß", "Juergen Gross"),
            ("Søren Åberg", "soren aberg"), ("Soeren Aaberg", "Søren Åberg"), ("Łukasz Żółć", "lukasz zolc"),
            ("Ángel", "A\u{301}ngel"), ("Иван Петров", "ПЕТРОВ ИВАН"), ("Андрей", "АНДРЕИ"), ("Αλέξης", "ΑΛΕΞΗΣ"),
            ("王小明", "王 小明"), ("김민수", "김 민수"), ("ＡＮＡ Ｌｉｍａ", "ana lima"), ("محمّد", "محمد"), ("שָׂרָה", "שרה"),
            ("Ana\u{200D} Lima", "Ana Lima"), ("J. R. R. Tolkien", "j r r tolkien"), ("👩‍👩‍👧", "👩‍👩‍👧"),
        ])
    func equal(first: String, second: String) {
        #expect(NameComparison.similarity(first, second) == .equal)
        #expect(NameComparison.similarity(second, first) == .equal)
    }

    @Test(
        "a part of a name, and a name with one typing error, are similar",
        arguments: [
            ("Ana", "Ana Lima"), ("Maria Ruiz", "Maria del Carmen Ruiz"), ("ruiz", "Maria Ruíz"),
            ("Greg Park", "Gerg Park"),
            ("Greg Park", "Greg Parks"), ("Greg Park", "Geg Park"), ("Greg Park", "Greg Parl"),
            ("Greg Park", "Parc Greg"),
            ("Jon Smith", "John Smith"), ("Ben Ode", "Ben Oda"), ("Catherine", "Katherine"), ("Anna Lima", "Annalyma"),
            ("Sarah Müler", "Sarah Mueller"), ("Иван Петров", "Иван Пертов"), ("Ana Lima Jr.", "Ana Lima"),
        ])
    func similar(first: String, second: String) {
        #expect(NameComparison.similarity(first, second) == .similar)
        #expect(NameComparison.similarity(second, first) == .similar)
        #expect(NameComparison.isSameName(first, second))
    }

    @Test(
        "other names are different, and so are short names with one different letter",
        arguments: [
            ("Greg Park", "Ines Park"), ("Greg Park", "Somebody Else"), ("Ana", "Ina"), ("Li", "Lu"), ("Ana", "Anna"),
            ("Tim Park", "Kim Park"), ("Ana Lima", "Ina Lima"), ("Ana Lima", "Ana Luna"), ("Guest 1", "Guest 2"),
            ("Sick Day 5", "Sick Day 6"), ("Person 1", "Person 12"), ("王小明", "王小红"), ("김민수", "김민주"),
            ("Ana Lima", "Ben Lima"), ("Ana Ana", "Ben Ana"), ("Maria Ruis", "Maria del Carmen Ruiz"), ("👍", "👎"),
            ("Ana", "👍"),
            ("A. Ruiz", "Ana Ruiz"), ("मीना", "मना"),
        ])
    func different(first: String, second: String) {
        #expect(NameComparison.similarity(first, second) == .different)
        #expect(NameComparison.similarity(second, first) == .different)
    }

    private static let names = [
        "Catherine Nguyễn", "José Núñez Ortega", "Işıl Yıldız", "Søren Åberg", "Иван Петров", "Αλέξης Παππάς",
        "Sinéad O'Brien", "Müller Günther",
    ]

    @Test("names with the same words in any order and case are equal")
    func anyOrder() {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let name = Self.names.randomElement(using: &chance) ?? ""
            let words = name.split(separator: " ").shuffled(using: &chance)
            let spelled = words.map { Bool.random(using: &chance) ? $0.uppercased() : $0.lowercased() }
            #expect(NameComparison.similarity(name, spelled.joined(separator: " ")) == .equal, "\(name) \(spelled)")
        }
    }

    @Test("one edit inside a word gives the same name, edits in two words a different one")
    func edits() {
        var chance = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let name =
                ["Catherine Hollander", "Иван Александров", "Gregory Parkinson"].randomElement(using: &chance) ?? ""
            let words = name.split(separator: " ").map { Array($0) }
            let edited = words.map { Self.edit($0, using: &chance) }
            #expect(NameComparison.isSameName(name, String(edited[0]) + " " + String(words[1])), "\(name) \(edited)")
            #expect(NameComparison.isSameName(name, String(words[0]) + " " + String(edited[1])), "\(name) \(edited)")
            #expect(
                !NameComparison.isSameName(name, edited.map { String($0) }.joined(separator: " ")), "\(name) \(edited)")
        }
    }

    /// Returns the word with one letter removed, doubled, replaced, or swapped with a different neighbor.
    private static func edit(_ word: [Character], using chance: inout SeededGenerator) -> [Character] {
        while true {
            var edited = word
            let place = Int.random(in: 1..<(word.count - 1), using: &chance)
            switch Int.random(in: 0..<4, using: &chance) {
            case 0: edited.remove(at: place)
            case 1: edited.insert(word[place], at: place)
            case 2: edited[place] = "w"
            default: edited.swapAt(place, place - 1)
            }
            if edited != word { return edited }
        }
    }

    @Test("the comparison is symmetric, and a name is equal to itself")
    func symmetric() {
        var chance = SeededGenerator(seed: 3)
        let letters = Array("abcdeéñ ıŁ-'王김1👍\u{301}")
        for _ in 0..<2000 {
            let (first, second) = (Self.random(letters, using: &chance), Self.random(letters, using: &chance))
            #expect(
                NameComparison.similarity(first, second) == NameComparison.similarity(second, first),
                "\(first)|\(second)")
            #expect(NameComparison.similarity(first, first) == .equal)
        }
    }

    private static func random(_ letters: [Character], using chance: inout SeededGenerator) -> String {
        String((0..<Int.random(in: 1...9, using: &chance)).map { _ in letters.randomElement(using: &chance) ?? "a" })
    }
}
