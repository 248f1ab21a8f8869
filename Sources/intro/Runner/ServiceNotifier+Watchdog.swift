extension ServiceNotifier {
    /// Reports to the service manager that this process works, for as long as it does, until the task is cancelled.
    ///
    /// - Parameter isWell: Whether the process works. While it does not, nothing is reported, and the service manager
    ///   restarts the process after its watchdog interval.
    func keepAlive(while isWell: @Sendable () -> Bool) async {
        guard let watchdogInterval else { return }
        repeat {
            if isWell() { alive() }
        } while (try? await Task.sleep(for: watchdogInterval / 3)) != nil
    }
}
