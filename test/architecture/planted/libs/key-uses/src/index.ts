export abstract class UseStore {}
