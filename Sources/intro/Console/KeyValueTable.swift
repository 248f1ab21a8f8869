/// One record as aligned lines of label and value, for people.
///
/// Values may hold text from outside: control characters in them are made visible.
struct KeyValueTable {
    private var lines: [(label: String, value: String)] = []

    /// Makes a sheet of the lines that have a value.
    init(_ lines: KeyValuePairs<String, String?>) {
        for (label, value) in lines {
            append(label, [value].compactMap(\.self))
        }
    }

    /// Adds values below each other, the label beside the first.
    mutating func append(_ label: String, _ values: [String]) {
        for (index, value) in values.enumerated() {
            lines.append((label: index == 0 ? label : "", value: value.visible))
        }
    }

    /// The lines; labels are dim where colour is on.
    func text(colored: Bool = false) -> String {
        let width = lines.map { displayWidth($0.label) }.max() ?? 0
        return lines.map { line in
            Style.dim(line.label.padded(to: width), when: colored) + "  " + line.value
        }.joined(separator: "\n")
    }
}
