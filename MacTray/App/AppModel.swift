import AppKit
import Dashboard
import MacHost
import Observation
import TrayKit

/// What the menu shows, and what becomes of a click in it.
@MainActor
@Observable
final class AppModel {
    static let shared = AppModel()

    let words = Words(preferred: Locale.preferredLanguages)
    let home = Home(environment: ProcessInfo.processInfo.environment) ?? Home(path: NSHomeDirectory() + "/.impetus")
    private(set) var state = TrayState()
    private(set) var menu: TrayKit.Menu
    let tray: Tray
    let dashboard: DashboardWindow
    private let command: CoreCommand
    private let environment = CoreCommand.environment(from: ProcessInfo.processInfo.environment)
    private var activity: (any NSObjectProtocol)?

    private init() {
        let folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: "/")
        command = CoreCommand(words: [folder.appendingPathComponent("impetus-core").path])
        tray = Tray(Keeper.Settings(command: command, home: home, environment: environment), host: MacHost.shared)
        dashboard = DashboardWindow(client: tray.client, words: words, home: home)
        menu = TrayKit.Menu(TrayState(), Surroundings(words: words, opensAtLogin: LoginItem.isOn))
    }

    func start() {
        Task {
            for await news in tray.news {
                switch news {
                case .state(let state): show(state)
                case .notice(let notice): Notifier.show(notice, words)
                case .core: break
                }
            }
        }
        Task { await tray.start() }
    }

    func show(_ state: TrayState) {
        self.state = state
        menu = TrayKit.Menu(state, Surroundings(words: words, opensAtLogin: LoginItem.isOn))
        dashboard.coreChanged(isUp: state.core.isUp, label: menu.label)
        holdOffAppNap(state.isBusy)
    }

    func perform(_ action: MenuAction) {
        switch action {
        case .open(let page): dashboard.show(page.rawValue)
        case .openClient(let id): dashboard.show("connect/\(id)")
        case .copy(let text):
            NSPasteboard.general.clearContents()
            NSPasteboard.general.setString(text, forType: .string)
        case .core(let event): Task { await tray.send(event) }
        case .call(let command): call(command)
        case .setOpensAtLogin(let wanted):
            LoginItem.set(wanted)
            show(state)
        case .showLog: NSWorkspace.shared.open(URL(fileURLWithPath: home.log))
        case .runDoctor:
            Task { alert(words(.runDoctor), await Doctor.run(command, environment: environment)) }
        case .about: about()
        case .quit: NSApplication.shared.terminate(nil)
        }
    }

    private func call(_ command: Command) {
        Task {
            do { try await tray.client.perform(command) } catch { alert(words(.commandFailed), "\(error)") }
        }
    }

    func alert(_ title: String, _ text: String) {
        let alert = NSAlert()
        (alert.messageText, alert.informativeText) = (title, text)
        NSApplication.shared.activate(ignoringOtherApps: true)
        alert.runModal()
    }

    private func about() {
        let core = state.status.map { words(.aboutCore, ["version": $0.version]) } ?? ""
        NSApplication.shared.activate(ignoringOtherApps: true)
        NSApplication.shared.orderFrontStandardAboutPanel(options: [.credits: NSAttributedString(string: core)])
    }

    /// A Mac that slows the menu bar down while the core generates would miss its events. Idle sleep is the owner's choice.
    private func holdOffAppNap(_ isBusy: Bool) {
        if isBusy, activity == nil {
            activity = ProcessInfo.processInfo.beginActivity(
                options: .userInitiatedAllowingIdleSystemSleep, reason: "A model answers")
        } else if !isBusy, let running = activity {
            ProcessInfo.processInfo.endActivity(running)
            activity = nil
        }
    }
}
