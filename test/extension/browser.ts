export async function testInBrowser(): Promise<boolean> {
  return true;
}
