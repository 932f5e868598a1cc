import AppKit
import MacHost
import TrayKit

/// The app's life: one of it, sleep and wake, the machine's facts, an end in order.
@MainActor
final class AppDelegate: NSObject, NSApplicationDelegate {
    private var lock: InstanceLock?
    private var observers: [any NSObjectProtocol] = []
    private var showRequests: (any DispatchSourceSignal)?
    private var isQuitting = false

    func applicationDidFinishLaunching(_ notification: Notification) {
        let model = AppModel.shared
        guard isFirst(model) else { return NSApplication.shared.terminate(nil) }
        NSApplication.shared.mainMenu = MainMenu.make()
        let workspace = NSWorkspace.shared.notificationCenter
        observe(workspace, NSWorkspace.willSleepNotification) { await model.tray.sleeps() }
        observe(workspace, NSWorkspace.didWakeNotification) { await model.tray.wakes() }
        observe(.default, NSMenu.didBeginTrackingNotification) { await model.tray.refresh() }
        observe(.default, ProcessInfo.thermalStateDidChangeNotification) { await model.tray.hostChanged() }
        observe(.default, Notification.Name.NSProcessInfoPowerStateDidChange) { await model.tray.hostChanged() }
        MacHost.shared.watch { Task { await model.tray.hostChanged() } }
        model.start()
    }

    /// A second start shows the first one's dashboard and ends.
    private func isFirst(_ model: AppModel) -> Bool {
        do {
            guard case .first(let held) = try InstanceLock.take(model.home) else { return false }
            lock = held
        } catch {
            model.alert("Impetus", "\(model.home.path): \(error)")
            return false
        }
        signal(InstanceLock.showSignal, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: InstanceLock.showSignal, queue: .main)
        source.setEventHandler { MainActor.assumeIsolated { AppModel.shared.dashboard.show("home") } }
        source.resume()
        showRequests = source
        return true
    }

    func applicationShouldTerminate(_ sender: NSApplication) -> NSApplication.TerminateReply {
        // Asked twice: now. The lifeline ends the core with us.
        guard lock != nil, !isQuitting else { return .terminateNow }
        isQuitting = true
        Task {
            await AppModel.shared.tray.quit()
            sender.reply(toApplicationShouldTerminate: true)
        }
        return .terminateLater
    }

    func applicationShouldHandleReopen(_ sender: NSApplication, hasVisibleWindows: Bool) -> Bool {
        AppModel.shared.dashboard.show("home")
        return false
    }

    private func observe(
        _ center: NotificationCenter, _ name: Notification.Name, _ work: @escaping @MainActor @Sendable () async -> Void
    ) {
        observers.append(center.addObserver(forName: name, object: nil, queue: .main) { _ in Task { await work() } })
    }
}

/// No menu of an accessory app is seen, but its keys count: without this ⌘C and ⌘W would do nothing in the dashboard.
@MainActor
enum MainMenu {
    static func make() -> NSMenu {
        let rows: [(String, String, String)] = [
            ("Undo", "undo:", "z"), ("Cut", "cut:", "x"), ("Copy", "copy:", "c"), ("Paste", "paste:", "v"),
            ("Select All", "selectAll:", "a"), ("Close", "performClose:", "w"), ("Minimize", "performMiniaturize:", "m"),
        ]
        let menu = NSMenu(title: "Impetus")
        for (title, action, key) in rows {
            menu.addItem(NSMenuItem(title: title, action: Selector(action), keyEquivalent: key))
        }
        let holder = NSMenuItem(title: "Impetus", action: nil, keyEquivalent: "")
        holder.submenu = menu
        let bar = NSMenu(title: "")
        bar.addItem(holder)
        return bar
    }
}
