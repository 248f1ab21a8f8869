extension ServiceNotifier {
    /// Shows the service manager that this process does not hang, until the task is cancelled.
    func keepAlive() async {
        guard let watchdogInterval else { return }
        repeat { alive() } while (try? await Task.sleep(for: watchdogInterval / 3)) != nil
    }
}
