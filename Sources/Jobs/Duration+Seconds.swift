extension Duration {
    /// The duration in seconds, as PostgreSQL is told of it.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
