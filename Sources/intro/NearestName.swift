/// The known name that a mistyped one most likely stands for.
///
/// - Parameters:
///   - word: What was written.
///   - names: What could have been meant.
/// - Returns: The name that the fewest edits make of the word, or `nil` where that would be a guess.
func nearest(to word: String, among names: [String]) -> String? {
    let scored = names.map { (name: $0, distance: editDistance(Array(word), Array($0))) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(2, best.name.count / 3) ? best.name : nil
}

/// How many characters must be inserted, deleted or replaced to turn one word into the other.
private func editDistance(_ source: [Character], _ target: [Character]) -> Int {
    var previous = Array(0...target.count)
    for (row, character) in source.enumerated() {
        var current = [row + 1]
        for (column, other) in target.enumerated() {
            let replaced = previous[column] + (character == other ? 0 : 1)
            current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[target.count]
}
