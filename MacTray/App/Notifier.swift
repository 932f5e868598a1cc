import AppKit
import ServiceManagement
import TrayKit
import UserNotifications

/// Notifications; whether they are wanted is asked when there is a first one to show.
@MainActor
enum Notifier {
    static func show(_ notice: Notice, _ words: Words) {
        let (title, body) = notice.texts(words)
        Task {
            let center = UNUserNotificationCenter.current()
            guard (try? await center.requestAuthorization(options: [.alert, .sound])) == true else { return }
            let content = UNMutableNotificationContent()
            (content.title, content.body) = (title, body)
            try? await center.add(UNNotificationRequest(identifier: UUID().uuidString, content: content, trigger: nil))
        }
    }
}

/// Whether the app opens when its owner logs in: off until chosen.
@MainActor
enum LoginItem {
    static var isOn: Bool { SMAppService.mainApp.status == .enabled }

    static func set(_ wanted: Bool) {
        let item = SMAppService.mainApp
        do {
            if wanted { try item.register() } else { try item.unregister() }
        } catch {
            AppModel.shared.alert(AppModel.shared.words(.commandFailed), error.localizedDescription)
        }
        if wanted, item.status == .requiresApproval { SMAppService.openSystemSettingsLoginItems() }
    }
}
